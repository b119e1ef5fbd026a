namespace Kindred.Metrics;

/// <summary>The assignment problem: match rows and columns one to one so that the matched weights sum to the most.</summary>
/// <remarks>Shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957, Jonker and Volgenant 1987): O(n²m) for n ≤ m.</remarks>
public static class Hungarian
{
    /// <summary>Finds the heaviest matching of a rectangular table; the longer side keeps its surplus unmatched.</summary>
    /// <param name="weights">Weight of every pair, `[rows, columns]`, finite.</param>
    /// <returns>The column of each row (−1: unmatched) and the total weight. An empty table matches nothing and weighs 0.</returns>
    public static (int[] Column, double Total) Maximize(double[,] weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var (rows, columns) = (weights.GetLength(0), weights.GetLength(1));
        var wide = rows <= columns;
        var matched = wide
            ? Minimize(rows, columns, (i, j) => -weights[i, j])
            : Minimize(columns, rows, (i, j) => -weights[j, i]);

        var column = new int[rows];
        Array.Fill(column, -1);
        for (int i = 0; i < matched.Length; i++)
            if (wide)
                column[i] = matched[i];
            else
                column[matched[i]] = i;
        return (column, Enumerable.Range(0, rows).Where(i => column[i] >= 0).Sum(i => weights[i, column[i]]));
    }

    // n ≤ m; index 0 is the virtual column from which each augmenting path starts.
    static int[] Minimize(int n, int m, Func<int, int, double> cost)
    {
        double[] u = new double[n + 1], v = new double[m + 1];
        int[] owner = new int[m + 1], previous = new int[m + 1];
        for (int row = 1; row <= n; row++)
        {
            owner[0] = row;
            var slack = new double[m + 1];
            Array.Fill(slack, double.PositiveInfinity);
            var visited = new bool[m + 1];
            int column = 0;
            do
            {
                visited[column] = true;
                int here = owner[column], next = 0;
                double step = double.PositiveInfinity;
                for (int j = 1; j <= m; j++)
                {
                    if (visited[j])
                        continue;
                    var reduced = cost(here - 1, j - 1) - u[here] - v[j];
                    if (reduced < slack[j])
                        (slack[j], previous[j]) = (reduced, column);
                    if (slack[j] < step)
                        (step, next) = (slack[j], j);
                }
                for (int j = 0; j <= m; j++)
                    if (visited[j])
                        (u[owner[j]], v[j]) = (u[owner[j]] + step, v[j] - step);
                    else
                        slack[j] -= step;
                column = next;
            }
            while (owner[column] != 0);

            for (; column != 0; column = previous[column])
                owner[column] = owner[previous[column]];
        }
        var matched = new int[n];
        for (int j = 1; j <= m; j++)
            if (owner[j] != 0)
                matched[owner[j] - 1] = j - 1;
        return matched;
    }
}
