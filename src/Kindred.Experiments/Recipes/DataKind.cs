using Kindred.Data.Sources;
using Kindred.Data.Views;
using Kindred.Experiments.Modalities;

namespace Kindred.Experiments.Recipes;

/// <summary>A kind of data: which URIs mean it, and how it becomes the batches that a recipe describes.</summary>
public abstract class DataKind
{
    /// <summary>All kinds; the last one takes every URI that no other takes.</summary>
    public static IReadOnlyList<DataKind> All { get; } = [new Sound(), new Pictures()];

    /// <summary>The kind that a URI means.</summary>
    public static DataKind Of(string uri) => All.First(kind => kind.Takes(uri));

    /// <summary>Whether a URI means this kind.</summary>
    public abstract bool Takes(string uri);

    /// <summary>Opens what a URI names, in batches and views as the recipe says.</summary>
    /// <exception cref="ConfigurationException">The recipe or the URI is wrong for this kind.</exception>
    /// <exception cref="DataException">The data cannot be read.</exception>
    public abstract IData Open(string uri, RecipeFile recipe);

    /// <summary>A recipe's URI less what only its training wants.</summary>
    public virtual string Bare(string uri) => uri;

    /// <summary>The URI under which an evaluation looks at whole samples.</summary>
    public virtual string Whole(string uri) => uri;

    sealed class Sound : DataKind
    {
        public override bool Takes(string uri) => AudioData.Takes(uri);

        public override IData Open(string uri, RecipeFile recipe) => AudioData.Open(uri, recipe.Train.Batch, recipe.Train.Seed);

        public override string Bare(string uri) => DataUri.Parse(uri).With("window", null).Text;

        // A second is heard; a window that a person asks for counts instead.
        public override string Whole(string uri) => DataUri.Parse(uri)["window"] is null ? DataUri.Parse(uri).With("window", "1s").Text : uri;
    }

    sealed class Pictures : DataKind
    {
        public override bool Takes(string uri) => true;

        public override IData Open(string uri, RecipeFile recipe)
        {
            var groups = Parts.Views(recipe.Views);
            if (groups.Length == 0) throw new ConfigurationException($"the recipe of {recipe.Method} has no views; list them under 'views'.");
            var pictures = PictureSources.Open(uri);
            try { return new PictureData(pictures, groups, Experiment.Plain(recipe), recipe.Train.Batch, recipe.Train.Seed, recipe.Train.Workers); }
            catch
            {
                pictures.Dispose();
                throw;
            }
        }
    }
}
