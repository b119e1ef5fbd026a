namespace Kindred.Cli;

/// <summary>What people type, for the help of each verb; a test reads every line as the program would, and asks for at least one a verb.</summary>
static class Examples
{
    static readonly Dictionary<string, string[]> all = new()
    {
        ["bench"] = ["bench train --method simclr", "bench views --kind jpeg"],
        ["card"] = ["card runs/products"],
        ["ckpt"] = ["ckpt ls runs/products", "ckpt inspect model.safetensors --numbers"],
        ["ckpt average"] = ["ckpt average a.safetensors b.safetensors --out mean.safetensors"],
        ["ckpt convert"] = ["ckpt convert runs/products --out model.pt"],
        ["ckpt inspect"] = ["ckpt inspect runs/products", "ckpt inspect model.pth --numbers"],
        ["ckpt ls"] = ["ckpt ls runs/products"],
        ["ckpt prune"] = ["ckpt prune runs/products --dry-run"],
        ["ckpt verify"] = ["ckpt verify runs/products"],
        ["config"] = ["config print simclr.small", "config validate recipe.yaml"],
        ["config print"] = ["config print simclr.small train.epochs=20 > recipe.yaml", "config print recipe.yaml --full"],
        ["config schema"] = ["config schema > recipe.schema.json"],
        ["config validate"] = ["config validate recipe.yaml", "config validate simclr train.epochs=0"],
        ["data"] = ["data scan folder:pictures", "data verify folder:pictures"],
        ["data duplicates"] = ["data duplicates folder:pictures"],
        ["data get"] = ["data get sample"],
        ["data leak"] = ["data leak folder:pictures", "data leak folder:train folder:test"],
        ["data pack"] = ["data pack folder:pictures --out p.packed --size 256"],
        ["data preview"] = ["data preview simclr.small --data folder:pictures --out views.png"],
        ["data scan"] = ["data scan folder:pictures", "data scan emoji --json"],
        ["data split"] = ["data split folder:pictures --out lists --fraction 0.2"],
        ["data stats"] = ["data stats folder:pictures"],
        ["data verify"] = ["data verify folder:pictures"],
        ["dedup"] = ["dedup vectors.npy --out twins.csv"],
        ["demo"] = ["demo", "demo train.epochs=2 --out runs/short"],
        ["doctor"] = ["doctor"],
        ["embed"] = ["embed runs/products --data folder:pictures --out vectors.npy", "embed runs/products --out vectors.parquet --layer z"],
        ["eval"] = ["eval knn --run runs/products --data folder:labelled", "eval linear --run runs/products epochs=50", "eval knn --run runs/products --baseline untrained"],
        ["export"] = ["export onnx --run runs/products --out encoder.onnx --verify", "export torch --run runs/products --out resnet18.pth"],
        ["help"] = ["help train", "help data scan"],
        ["index"] = ["index build vectors.npy --out pictures.index", "index info pictures.index"],
        ["index add"] = ["index add pictures.index more.npy"],
        ["index build"] = ["index build vectors.npy --out pictures.index"],
        ["index info"] = ["index info pictures.index --verify"],
        ["index search"] = ["index search pictures.index --query queries.npy --k 5"],
        ["init"] = ["init products --data folder:pictures", "init"],
        ["launch"] = ["launch --procs 2 -- train simclr.small --out runs/two"],
        ["list"] = ["list methods", "list recipes", "list encoders --json"],
        ["mi"] = ["mi --gaussian --estimator infonce --steps 500", "mi columns.csv --x a,b --y c"],
        ["project"] = ["project vectors.npy --method umap --out map.csv"],
        ["reproduce"] = ["reproduce runs/products", "reproduce runs/products --out runs/again"],
        ["runs"] = ["runs ls", "runs compare runs/a runs/b"],
        ["runs compare"] = ["runs compare runs/a runs/b"],
        ["runs html"] = ["runs html --out runs.html", "runs html experiments --state finished"],
        ["runs ls"] = ["runs ls", "runs ls experiments --state finished --sort knn.accuracy", "runs ls --names --state failed"],
        ["runs rm"] = ["runs rm runs/tried", "runs rm runs/a runs/b --yes"],
        ["search"] = ["search runs/products --query chair.jpg --sheet found.png", "search pictures.index --run runs/products --query chair.jpg"],
        ["select"] = ["select vectors.npy --count 100 --out chosen.csv"],
        ["serve"] = ["serve", "serve experiments --port 8080"],
        ["show"] = ["show resnet18", "show knn"],
        ["study"] = ["study", "study temperature --jobs 2", "study my.yaml --data folder:pictures --check"],
        ["suggest"] = ["suggest vectors.npy --labels known.csv --out suggested.csv"],
        ["train"] = ["train simclr", "train simclr.small --data folder:pictures --out runs/products", "train recipe.yaml train.epochs=20 options.temperature=0.2",
            "train recipe.yaml --out runs/products --resume auto"],
        ["version"] = ["version"],
        [""] = ["demo", "help train"],
    };

    /// <summary>The lines of a verb, without the program's name.</summary>
    internal static IReadOnlyList<string> Of(string verb) => all.GetValueOrDefault(verb) ?? [];

    /// <summary>The verbs that have any.</summary>
    internal static IEnumerable<string> Verbs => all.Keys;
}
