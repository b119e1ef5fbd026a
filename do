#!/bin/bash
# What a developer runs: ./do build | test | sweep | golden [DIR] | format | ops | bench [NAME] | docs | api | pack [DIR] | sample | all
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

prepare() { eng/prepare test; }

run_tests() {
  prepare
  local log failed=0
  log=$(mktemp)
  dotnet test Kindred.slnx -c Release --no-build --nologo --logger "console;verbosity=normal" 2>&1 | tee "$log" | grep -vE '^\s+Passed ' || failed=1
  # dotnet prints a summary a project; one line sums them up.
  local sums; sums=$(grep -oE '(Passed|Failed|Skipped|Total tests): +[0-9]+' "$log" | awk -F': *' '{n[$1]+=$2} END {printf "%d passed, %d failed, %d skipped", n["Passed"], n["Failed"], n["Skipped"]}')
  echo "the slowest:"
  sed -nE -e 's/^ +(Passed|Failed) (.*) \[([0-9]+) m ([0-9]+) s\]$/\3 \4 \2/p' -e 's/^ +(Passed|Failed) (.*) \[([0-9]+) s\]$/0 \3 \2/p' "$log" \
    | awk '{s = $1 * 60 + $2; $1 = $2 = ""; printf "%5d s%s\n", s, substr($0, 2)}' | sort -rn | head -12
  rm -f "$log"
  echo "$sums"
  return $failed
}

case "${1:-}" in
  build) prepare ;;
  test) run_tests ;;
  # Every convolution of every recipe against float64 at 1, 2 and 4 threads, every small recipe twice: half an hour.
  sweep) prepare; KINDRED_LARGE=1 artifacts/bin/Kindred.Tests/release/Kindred.Tests -showLiveOutput -class Kindred.Tests.Nn.ConvolutionSweepTests -class Kindred.Tests.Runs.SameSeedTests ;;
  golden) prepare; shift; dotnet artifacts/bin/Kindred.Golden/release/Kindred.Golden.dll "${@:-tests/golden}" ;;
  format) dotnet format Kindred.slnx "${@:2}" ;;
  api) prepare; KINDRED_API=write artifacts/bin/Kindred.Packages.Tests/release/Kindred.Packages.Tests -class Kindred.Packages.Tests.Api.PublicApiTests ;;
  pack) prepare; dotnet pack Kindred.slnx -c Release --no-build -o "${2:-artifacts/packages}" --nologo -v q ;;
  # The sample application against packages of this very build; its own feed, and nothing older from the cache.
  sample) "$0" pack samples/PictureSearch/feed
    cache=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: //')
    version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
    sed -i "s/\(\"Kindred[^\"]*\" Version=\"\)[^\"]*/\1$version/" samples/PictureSearch/PictureSearch.csproj
    rm -rf "$cache"/kindred/"$version" "$cache"/kindred.*/"$version"
    artifacts/bin/Kindred.Packages.Tests/release/Kindred.Packages.Tests -class Kindred.Packages.Tests.Packed.SampleTests ;;
  ops) dotnet run -c Release --project src/Kindred.Torch.Generator -- src/Kindred.Torch.Generator src/Kindred.Torch/Generated ;;
  bench) if [ "${2:-}" = methods ]; then ./kindred study methods "${@:3}"; else ./kindred bench "${@:2}"; fi ;;
  docs) table=$(./kindred list methods --markdown); { sed '/^|/d' METHODS.md; echo "$table"; } > artifacts/METHODS.md; mv artifacts/METHODS.md METHODS.md
    dotnet build tests/Kindred.Tests -c Release -v q --nologo && KINDRED_DOCS=write artifacts/bin/Kindred.Tests/release/Kindred.Tests -class Kindred.Tests.Rooms.RoomsTests -class Kindred.Tests.Docs.MethodPageTests ;;
  all) "$0" format --verify-no-changes && "$0" test && "$0" golden ;;
  *) echo "usage: ./do build | test | sweep | golden [DIR] | format | ops | bench [NAME] | docs | api | pack [DIR] | sample | all" >&2; exit 2 ;;
esac
