using System.CommandLine;

namespace Kindred.Cli.Verbs;

/// <summary>The verbs, one a file in <c>Verbs/</c>; a new one is a line here.</summary>
static class VerbList
{
    internal static readonly Func<Command>[] All =
    [
        BenchVerb.Create,
        CardVerb.Create,
        CheckpointVerb.Create,
        ConfigVerb.Create,
        DataVerb.Create,
        DedupVerb.Create,
        DemoVerb.Create,
        DoctorVerb.Create,
        EmbedVerb.Create,
        EvalVerb.Create,
        ExportVerb.Create,
        HelpVerb.Create,
        IndexVerb.Create,
        InitVerb.Create,
        LaunchVerb.Create,
        ListVerb.Create,
        MutualInformationVerb.Create,
        ProjectVerb.Create,
        ReproduceVerb.Create,
        RunsVerb.Create,
        ReplayVerb.Create,
        SearchVerb.Create,
        SelectVerb.Create,
        ServeVerb.Create,
        ShowVerb.Create,
        StudyVerb.Create,
        SuggestVerb.Create,
        TrainVerb.Create,
        VersionVerb.Create,
    ];
}
