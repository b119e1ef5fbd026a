#!/bin/bash
# What a developer runs: ./do build | test | golden [DIR] | ops | format | bench [NAME] | docs | all
set -euo pipefail
cd "$(dirname "$0")"
build() { dotnet build Kindred.slnx -c Release -v q --nologo; }
case "${1:-}" in
  build) build ;;
  ops) dotnet run -c Release --project src/Kindred.Torch.Generator -- src/Kindred.Torch.Generator src/Kindred.Torch/Generated ;;
  *) echo "usage: ./do build | ops" >&2; exit 2 ;;
esac
