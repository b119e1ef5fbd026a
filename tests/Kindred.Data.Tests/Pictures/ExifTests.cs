using System.Buffers.Binary;
using Kindred.Data.Pictures;

namespace Kindred.Data.Tests.Pictures;

/// <summary>The orientation is read from every whole-number type, in both byte orders.</summary>
public sealed class ExifTests
{
    public static TheoryData<bool, int, int> Types
    {
        get
        {
            var data = new TheoryData<bool, int, int>();
            foreach (var little in new[] { false, true })
            {
                foreach (var (type, bytes) in new[] { (1, 1), (6, 1), (7, 1), (3, 2), (8, 2), (4, 4), (9, 4), (13, 4), (16, 8), (17, 8), (18, 8) })
                    data.Add(little, type, bytes);
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Types))]
    public void Every_type_gives_every_orientation(bool little, int type, int bytes)
    {
        for (var orientation = 0; orientation <= 9; orientation++)
        {
            foreach (var prefix in new[] { "", "Exif\0\0" })
            {
                byte[] block = [.. System.Text.Encoding.ASCII.GetBytes(prefix), .. Block(little, type, bytes, orientation)];
                Assert.Equal(orientation is >= 1 and <= 8 ? orientation : 1, Exif.Orientation(block));
            }
        }
    }

    [Theory, InlineData(2), InlineData(5), InlineData(10), InlineData(11), InlineData(12), InlineData(0), InlineData(99)]
    public void Other_types_are_none(int type) => Assert.Equal(1, Exif.Orientation(Block(true, type, 2, 6)));

    [Fact]
    public void A_JPEG_turned_by_a_LONG_comes_out_upright()
    {
        var jpeg = Encoded.Jpeg(Encoded.Photo(24, 16));
        foreach (var (little, type, bytes) in new[] { (false, 4, 4), (true, 4, 4), (false, 3, 2), (false, 1, 1) })
        {
            byte[] block = [.. "Exif\0\0"u8, .. Block(little, type, bytes, 6)];
            byte[] turned = [.. jpeg[..2], 0xFF, 0xE1, (byte)((block.Length + 2) >> 8), (byte)(block.Length + 2), .. block, .. jpeg[2..]];
            using var decoder = new PictureDecoder();
            var picture = new Picture();
            decoder.Decode(turned, picture);
            Assert.Equal((16, 24), (picture.Width, picture.Height));
        }
    }

    [Fact]
    public void A_mutated_block_gives_an_orientation()
    {
        var random = new Random(2);
        for (var i = 0; i < 20_000; i++)
        {
            var block = Block(i % 2 == 0, random.Next(20), 1 << random.Next(4), 6);
            for (var n = random.Next(5); n >= 0; n--)
                block[random.Next(block.Length)] = (byte)random.Next(256);
            Assert.InRange(Exif.Orientation(block.AsSpan(0, random.Next(block.Length + 1))), 1, 8);
        }
    }

    static byte[] Block(bool little, int type, int bytes, int value)
    {
        var block = new byte[38];
        (little ? "II"u8 : "MM"u8).CopyTo(block);
        Number(2, 2, 42);
        Number(4, 4, 8);
        Number(8, 2, 1);
        Number(10, 2, 0x0112);
        Number(12, 2, type);
        Number(14, 4, 1);
        if (bytes > 4)
            Number(18, 4, 26);
        Number(bytes > 4 ? 26 : 18, bytes, value);
        return block;

        void Number(int at, int size, int number)
        {
            Span<byte> wide = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(wide, number);
            if (!little)
                wide[..size].Reverse();
            wide[..size].CopyTo(block.AsSpan(at));
        }
    }
}
