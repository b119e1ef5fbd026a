using System.Globalization;

namespace Kindred.Tests;

/// <summary>A culture with a decimal comma, a minus sign that is not a hyphen and odd dates, whatever the machine has installed.</summary>
static class HostileCulture
{
    public static void Run(Action test)
    {
        var before = CultureInfo.CurrentCulture;
        var hostile = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        hostile.NumberFormat.NumberDecimalSeparator = ",";
        hostile.NumberFormat.NumberGroupSeparator = ".";
        hostile.NumberFormat.NegativeSign = "−";
        hostile.NumberFormat.NaNSymbol = "ليس رقمًا";
        hostile.DateTimeFormat.DateSeparator = ".";
        hostile.DateTimeFormat.TimeSeparator = "h";

        try
        {
            CultureInfo.CurrentCulture = hostile;
            test();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
