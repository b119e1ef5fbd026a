using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Kindred.Studio;

/// <summary>Answers: JSON with the names that scripts of the command know, and errors in words.</summary>
static class Reply
{
    internal static readonly JsonSerializerOptions Style = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.Default,
    };

    internal static IResult Json(object value) => Results.Json(value, Style);

    internal static IResult Problem(int code, string message) => Results.Json(new { error = message }, Style, statusCode: code);

    internal static IResult Missing() => Problem(404, "There is no such thing here.");

    internal static Task Refuse(HttpResponse response, int code, string message)
    {
        response.StatusCode = code;
        return response.WriteAsJsonAsync(new { error = message }, Style);
    }

    /// <summary>What is wrong with a file or a recipe is told; what is wrong with this program is not shown to others.</summary>
    internal static async Task Errors(HttpContext context, RequestDelegate next)
    {
        try { await next(context); }
        catch (OperationCanceledException) { }
        catch (Exception e) when (!context.Response.HasStarted && e is not BadHttpRequestException)
        {
            var told = e is KindredException ? e.Message : e is IOException or UnauthorizedAccessException ? "A file could not be read." : "Something went wrong that should not have.";
            await Refuse(context.Response, e is KindredException ? 422 : 500, told);
        }
    }
}
