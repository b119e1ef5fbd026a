using Microsoft.AspNetCore.RateLimiting;
using Kindred.Extensions.AI;

var builder = WebApplication.CreateBuilder(args);
var encoder = builder.Configuration["Encoder"] ?? "encoder.onnx";                       // from `kindred export onnx`
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = Upload.MaxBytes + 1024);
builder.Services.AddKindredPictureEmbeddings(options => options.File = encoder);
builder.Services.AddKindredCollection<Guid, Picture>("pictures", PictureStore.Options);
builder.Services.AddSingleton<PictureStore>();
builder.Services.AddProblemDetails();
builder.Services.AddHealthChecks();
builder.Services.AddRateLimiter(limits =>
{
    // Encoding takes a processor: so many at once, some more may wait, the others come again.
    limits.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
    limits.AddConcurrencyLimiter("encode", o => (o.PermitLimit, o.QueueLimit) = (Environment.ProcessorCount, 32));
});

var app = builder.Build();
app.UseExceptionHandler(errors => errors.Run(context =>
{
    // Whoever sent a picture that cannot be decoded is told so; what else goes wrong is in the log.
    var error = context.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()?.Error;
    var status = error switch { Kindred.DataException => 422, BadHttpRequestException bad => bad.StatusCode, _ => 500 };
    return Results.Problem(error is Kindred.DataException ? "The picture cannot be decoded." : null, statusCode: status).ExecuteAsync(context);
}));
app.UseStatusCodePages();
app.Use((context, next) =>
{
    context.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'";
    context.Response.Headers.XContentTypeOptions = "nosniff";
    return next();
});
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseRateLimiter();
app.MapHealthChecks("/health");

app.MapPost("/pictures", async (HttpRequest request, PictureStore store, CancellationToken cancel, string? name = null, int top = 8) =>
{
    var (bytes, type, refused) = await Upload.Read(request, cancel);
    return refused ?? (top is < 1 or > 100 ? Results.Problem("top is 1 to 100.", statusCode: 400) : Results.Ok(await store.Add(bytes, type, Upload.Name(name), top, cancel)));
}).RequireRateLimiting("encode");

app.MapPost("/search", async (HttpRequest request, PictureStore store, CancellationToken cancel, int top = 8) =>
{
    var (bytes, type, refused) = await Upload.Read(request, cancel);
    return refused ?? (top is < 1 or > 100 ? Results.Problem("top is 1 to 100.", statusCode: 400) : Results.Ok(await store.Similar(bytes, type, top, cancel)));
}).RequireRateLimiting("encode");

app.MapGet("/pictures", (PictureStore store, CancellationToken cancel) => store.Latest(60, cancel));

app.MapGet("/pictures/{id:guid}", async (Guid id, PictureStore store, CancellationToken cancel) =>
    await store.Find(id, cancel) is var (picture, file) ? Results.File(file, picture.MediaType) : Results.Problem("There is no such picture.", statusCode: 404));

app.MapDelete("/pictures/{id:guid}", async (Guid id, PictureStore store, CancellationToken cancel) =>
    await store.Remove(id, cancel) ? Results.NoContent() : Results.Problem("There is no such picture.", statusCode: 404));

_ = app.Services.GetRequiredService<PictureStore>();                                     // a missing encoder is said now, not to the first visitor
app.Run();
