open Kindred.Torch
open Kindred.Objectives

let scope = Scope.Open()
let z = Tensor.Randn([| 8L; 16L |]).RequiresGrad_()
NtXent.Loss(z, temperature = 0.5).Backward()
printfn "gradient %A" (List.ofArray z.Grad.Shape)

let table = Tensor.From([| 1.0f; 2.0f; 3.0f; 4.0f |], 2L, 2L)
printfn "means %A" (List.ofArray (table.Mean([| 0L |]).ToArray<float32>()))
printfn "shapes %A" [ table.Reshape(4L).Shape.Length; table.Permute(1L, 0L).Shape.Length; (Tensor.Cat [| z; z |]).Shape.Length; (Tensor.Zeros [| 2L |]).Shape.Length ]
scope.Dispose()
