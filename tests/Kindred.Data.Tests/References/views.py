"""Makes views.bin and views.json: small pictures and what torchvision 0.14 and PIL 9.4 make of them.

Run with a Python that has both: python3 views.py. Names ending in .pil were computed on 8-bit PIL images, so they are exact to
the rounding of PIL's steps; the others on float tensors. Colour spaces and Sobel follow the formulas written here."""
import json

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import InterpolationMode as I
from torchvision.transforms import functional as F
from torchvision.transforms import functional_tensor as FT
from torchvision.transforms import autoaugment as A

rng = np.random.default_rng(0)


def photo(w, h, c=3):
    y, x = np.mgrid[0:h, 0:w] / 12.0
    planes = [128 + 70 * np.sin(x * (1 + k) + k) * np.cos(y * (2 - k / 2)) + 25 * rng.standard_normal((h, w)) for k in range(c)]
    a = np.stack(planes, 2)
    a[3:9, 5:14] = [250, 20, 30][:c]
    a[h - 9:h - 3, 4:20] = 90
    return np.clip(a, 0, 255).astype(np.uint8)


pictures = {"photo": photo(40, 30), "square": photo(24, 24), "dark": (photo(24, 24) // 3 + 20)}
blob, index = bytearray(), {"pictures": {}, "cases": {}}


def put(a):
    at = len(blob)
    blob.extend(a.tobytes())
    return at


for name, p in pictures.items():
    index["pictures"][name] = {"width": p.shape[1], "height": p.shape[0], "offset": put(p)}


def case(name, picture, out):
    """out: PIL image, [C, H, W] tensor or [H, W, C] array; stored as float32 [H, W, C] (8-bit ones as bytes)."""
    if isinstance(out, torch.Tensor):
        out = out.permute(1, 2, 0).numpy()
    out = np.asarray(out)
    if out.ndim == 2:
        out = out[:, :, None]
    kind = "u8" if out.dtype == np.uint8 else "f32"
    out = np.ascontiguousarray(out if kind == "u8" else out.astype(np.float32))
    index["cases"][name] = {"picture": picture, "type": kind, "shape": list(out.shape), "offset": put(out)}


def t(name):
    return torch.from_numpy(pictures[name]).permute(2, 0, 1).float() / 255


def pil(name):
    return Image.fromarray(pictures[name])


def crop(x, y, w, h, size, mode):
    case_t = F.resize(F.crop(t("photo"), y, x, h, w), [size, size], mode, antialias=True)
    return case_t, F.resized_crop(pil("photo"), y, x, h, w, [size, size], mode)


for label, box, size in (("down", (5, 3, 30, 25), 11), ("up", (4, 6, 9, 12), 20), ("whole", (0, 0, 40, 30), 16)):
    for mode in ("bilinear", "bicubic"):
        a, b = crop(*box, size, I(mode))
        case(f"crop.{mode}.{label}", "photo", a.clamp(0, 1))
        case(f"crop.{mode}.{label}.pil", "photo", b)
case("resize.pil", "photo", F.resize(pil("photo"), 20))
case("centerCrop", "photo", F.center_crop(t("photo"), [17, 17]))
case("centerCrop.pad", "photo", F.center_crop(t("photo"), [34, 34]))
case("flip", "square", F.hflip(t("square")))
case("flip.vertical", "square", F.vflip(t("square")))
for k in range(1, 4):
    case(f"rotate.{90 * k}", "square", np.rot90(pictures["square"], k))

case("brightness", "square", F.adjust_brightness(t("square"), 1.5))
case("brightness.pil", "square", F.adjust_brightness(pil("square"), 0.6))
case("contrast", "square", F.adjust_contrast(t("square"), 1.6))
case("contrast.pil", "square", F.adjust_contrast(pil("square"), 0.5))
case("saturation", "square", F.adjust_saturation(t("square"), 1.7))
case("saturation.pil", "square", F.adjust_saturation(pil("square"), 0.3))
case("hue", "square", F.adjust_hue(t("square"), 0.17))
case("hue.negative", "square", F.adjust_hue(t("square"), -0.4))
case("hue.pil", "square", F.adjust_hue(pil("square"), 0.15))
chain = F.adjust_hue(t("square"), 0.1)
chain = F.adjust_contrast(chain, 0.7)
chain = F.adjust_saturation(chain, 1.3)
case("jitter", "square", F.adjust_brightness(chain, 1.2))
case("gray.pil", "square", F.rgb_to_grayscale(pil("square"), 3))

for sigma, window in ((0.1, 3), (0.7, 5), (1.4, 7), (2.0, 3)):
    case(f"blur.{sigma}.{window}", "square", F.gaussian_blur(t("square"), [window, window], [sigma, sigma]))
case("solarize.pil", "square", F.solarize(pil("square"), 128))
case("invert.pil", "square", F.invert(pil("square")))
for bits in (1, 3, 5):
    case(f"posterize.{bits}.pil", "square", F.posterize(pil("square"), bits))
case("equalize.pil", "dark", F.equalize(pil("dark")))
case("autoContrast", "dark", F.autocontrast(t("dark")))
case("autoContrast.pil", "dark", F.autocontrast(pil("dark")))
case("sharpness", "square", F.adjust_sharpness(t("square"), 1.8))
case("sharpness.pil", "square", F.adjust_sharpness(pil("square"), 0.2))
case("normalize", "square", F.normalize(t("square"), [0.49, 0.48, 0.45], [0.25, 0.24, 0.26]))

# No fill colour: with one, torchvision weighs the blended edge pixels twice.
case("affine.turn", "photo", F.affine(t("photo"), 25.0, [0, 0], 1.0, [0.0, 0.0], I.BILINEAR))
case("affine.all", "photo", F.affine(t("photo"), -17.0, [3, -2], 0.8, [0.0, 0.0], I.BILINEAR))
for op, amount in (("ShearX", 0.2), ("ShearY", -0.15), ("TranslateX", 7.0), ("TranslateY", -4.0), ("Rotate", 21.0)):
    where = "square" if op.startswith("Trans") else "photo"
    case("randAugment." + op, where, A._apply_op(t(where), op, amount, I.BILINEAR, None))


def lab(rgb):
    lin = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = lin @ np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]]).T
    f = xyz / np.array([0.95047, 1.0, 1.08883])
    f = np.where(f > 0.008856, np.cbrt(f), 7.787 * f + 16 / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


unit = pictures["square"].astype(np.float64) / 255
case("lab", "square", lab(unit))
ycc = np.array([[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]])
case("ycbcr", "square", unit @ ycc.T + np.array([16, 128, 128]))
case("ydbdr", "square", unit @ np.array([[0.299, 0.587, 0.114], [-0.45, -0.883, 1.333], [-1.333, 1.116, 0.217]]).T)
case("hsv", "square", FT._rgb2hsv(t("square")))
kx = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
grey = (t("square") * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(0)[None, None]
grey = torch.nn.functional.pad(grey, (1, 1, 1, 1), mode="reflect")
gx, gy = (torch.nn.functional.conv2d(grey, k[None, None]) for k in (kx, kx.T))
case("sobel", "square", ((gx ** 2 + gy ** 2).sqrt() / 8)[0].expand(3, -1, -1))


def hsv_change(factor, more_s, more_v):
    h, sat, v = (FT._rgb2hsv(t("square")).double())
    hsv = torch.stack([h, (sat * factor + more_s).clamp(0, 1), (v + more_v).clamp(0, 1)])
    return FT._hsv2rgb(hsv)


def jpeg(quality):
    import io
    b = io.BytesIO()
    pil("photo").save(b, "JPEG", quality=quality)
    return Image.open(b).convert("RGB")


# Corruptions, at the severities of pictures up to 64 pixels.
case("corrupt.brightness.4", "square", hsv_change(1, 0, 0.2))
case("corrupt.saturate.5", "square", hsv_change(2.5, 0.2, 0))
case("corrupt.contrast.3", "square", ((t("square") - t("square").mean((1, 2), True)) * 0.4 + t("square").mean((1, 2), True)).clamp(0, 1))
case("corrupt.pixelate.5.pil", "photo", pil("photo").resize((int(40 * 0.65), int(30 * 0.65)), Image.BOX).resize((40, 30), Image.BOX))
case("corrupt.jpeg_compression.1.pil", "photo", jpeg(80))
case("corrupt.jpeg_compression.5.pil", "photo", jpeg(40))
case("corrupt.gaussian_blur.5", "square", F.gaussian_blur(t("square"), [9, 9], [1.0, 1.0]))

open("views.bin", "wb").write(blob)
json.dump(index, open("views.json", "w"), indent=1)
print(len(blob), len(index["cases"]))
