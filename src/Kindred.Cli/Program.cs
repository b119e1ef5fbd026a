using System.CommandLine;
using System.Globalization;
using Kindred.Cli;
using Kindred.Cli.Verbs;

var output = StandardStream.Install();
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

var root = new RootCommand("Kindred: contrastive representation learning. `kindred demo` shows it on real pictures in a few minutes.");
foreach (var verb in VerbList.All) root.Subcommands.Add(verb());
root.SetAction(_ => HelpVerb.Begin(root));
return Launcher.Conclude(await Launcher.Run(root, args), output);
