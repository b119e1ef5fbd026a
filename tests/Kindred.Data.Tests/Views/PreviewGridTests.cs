using System.Text.Json;
using Kindred.Data;

namespace Kindred.Views;

public class PreviewGridTests
{
    [Fact]
    public void A_grid_shows_each_picture_with_its_views_and_tells_what_was_drawn()
    {
        var grid = new PreviewGrid(ViewPresets.SwAV(48, 20), side: 40);
        for (var i = 0; i < 3; i++)
            grid.Add(SyntheticPhoto.Make(64, 50, new(0, 0, i, 0)), i, $"photo {i}");
        var picture = grid.Draw();
        Assert.Equal(((1 + 2 + 6) * 42 + 2, (3 * 42) + 2), (picture.Width, picture.Height));

        using var text = JsonDocument.Parse(grid.ToJson());
        var rows = text.RootElement.GetProperty("rows");
        Assert.Equal(3, rows.GetArrayLength());
        Assert.Equal("photo 1", rows[1].GetProperty("picture").GetString());
        Assert.Equal(8, rows[0].GetProperty("views").GetArrayLength());
        Assert.StartsWith("crop: ", rows[0].GetProperty("views")[0].GetProperty("drawn")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_square_is_the_picture_and_normalisation_is_taken_back()
    {
        var picture = SyntheticPhoto.Make(20, 20, new(0, 0, 7, 0));
        var grid = new PreviewGrid([new ViewGroup("same", 1, new ViewPlan(new Normalize()))], side: 20);
        grid.Add(picture, 0, "p");
        var drawn = grid.Draw();
        for (var y = 0; y < 20; y++)
        {
            Assert.Equal(picture.Row(y), drawn.Row(2 + y).Slice(2 * 3, 60));
            Assert.Equal(picture.Row(y), drawn.Row(2 + y).Slice(24 * 3, 60));
        }
    }
}
