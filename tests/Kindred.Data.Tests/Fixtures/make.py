"""Makes the encoded pictures beside this file, and for each NAME.ext what PIL reads from it as NAME.png in expected/ (python3-pil 9.4).

The picture is a 48x40 colour gradient with a bright rectangle in the upper left, so that every orientation differs.
"""
import os
import numpy as np
from PIL import Image, ImageOps

here = os.path.dirname(os.path.abspath(__file__))
os.makedirs(os.path.join(here, "expected"), exist_ok=True)
y, x = np.mgrid[0:40, 0:48]
rgb = np.stack([x * 5, y * 6, 255 - x * 2 - y * 2], -1).clip(0, 255).astype(np.uint8)
rgb[4:12, 4:20] = (250, 240, 40)
alpha = (x * 5).clip(0, 255).astype(np.uint8)
base = Image.fromarray(rgb)


def save(name, image, expected=None, **options):
    path = os.path.join(here, name)
    image.save(path, **options)
    if expected is None:
        read = ImageOps.exif_transpose(Image.open(path))
        expected = read.convert("RGBA" if "A" in read.getbands() or "transparency" in read.info else "RGB")
    expected.save(os.path.join(here, "expected", name.replace(".", "-") + ".png"), optimize=True)


save("rgb.jpg", base, quality=90)
save("progressive.jpg", base, quality=90, progressive=True)
save("grey.jpg", base.convert("L"), quality=90)
save("cmyk.jpg", base.convert("CMYK"), quality=95)
for o in range(2, 9):
    exif = Image.Exif()
    exif[0x0112] = o
    save(f"orientation{o}.jpg", base, quality=90, exif=exif)
save("rgb.png", base)
save("rgba.png", Image.fromarray(np.dstack([rgb, alpha])))
save("grey.png", base.convert("L"))
save("grey-alpha.png", Image.fromarray(np.dstack([rgb[..., 0], alpha]), "LA"))
palette = base.quantize(17)
save("palette.png", palette)
save("palette-transparent.png", palette, transparency=3)
save("one-bit.png", base.convert("1"))
sixteen = (rgb[..., 0].astype(np.uint16) << 8) + 77
save("grey16.png", Image.fromarray(sixteen), Image.fromarray(rgb[..., 0]).convert("RGB"))
save("lossless.webp", base, lossless=True)
save("lossy.webp", base, quality=90)
save("alpha.webp", Image.fromarray(np.dstack([rgb, alpha])), lossless=True, exact=True)
frames = [base, base.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
save("animated.webp", frames[0], base, save_all=True, append_images=frames[1:], lossless=True, duration=50)
base.quantize(32).save(os.path.join(here, "picture.gif"))
