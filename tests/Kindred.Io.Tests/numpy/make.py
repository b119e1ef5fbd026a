"""Makes the files beside it with numpy.save (made with NumPy 1.24)."""
import os
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
np.save("column.npy", np.asfortranarray(np.arange(24, dtype=">i4").reshape(2, 3, 4)))
np.savez_compressed("packed.npz", weight=np.arange(6, dtype=np.float32).reshape(2, 3), half=np.float16([1.5]), number=np.float64(2.5), truth=np.array([True, False]))
np.save("objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
