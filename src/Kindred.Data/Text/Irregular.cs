namespace Kindred.Data.Text;

/// <summary>Forms of English verbs and nouns that no rule brings back to their dictionary form, the common ones.</summary>
static class Irregular
{
    // A dictionary form and what else is it.
    const string OfVerbs = """
        arise arose arisen|awake awoke awoken|bear bore borne|beat beaten|become became|begin began begun|bend bent|bind bound|bite bit bitten
        bleed bled|blow blew blown|break broke broken|breed bred|bring brought|build built|burn burnt|buy bought|catch caught|choose chose chosen
        cling clung|come came|creep crept|deal dealt|dig dug|draw drew drawn|dream dreamt|drink drank drunk|drive drove driven|dwell dwelt
        eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought|find found|flee fled|fling flung|fly flew flown flies
        forbid forbade forbidden|forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given
        go went gone goes|grind ground|grow grew grown|hang hung|hear heard|hide hid hidden|hold held|keep kept|kneel knelt|know knew known|lay laid
        lead led|leap leapt|learn learnt|leave left|lend lent|lie lain lying|light lit|lose lost|make made|mean meant|meet met|pay paid
        ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send sent|sew sewn|shake shook shaken
        shave shaven|shine shone|shoot shot|show shown|shrink shrank shrunk|sing sang sung|sink sank sunk|sit sat|sleep slept|slide slid|sling slung
        sow sown|speak spoke spoken|speed sped|spell spelt|spend spent|spill spilt|spin spun|spit spat|spoil spoilt|spring sprang sprung|stand stood
        steal stole stolen|stick stuck|sting stung|stink stank stunk|stride strode stridden|strike struck stricken|string strung
        strive strove striven|swear swore sworn|sweep swept|swell swollen|swim swam swum|swing swung|take took taken|teach taught|tear tore torn
        tell told|think thought|throw threw thrown|tie tying|die dying|tread trod trodden|understand understood|wake woke woken|wear wore worn
        weave wove woven|weep wept|win won|wind wound|withdraw withdrew withdrawn|wring wrung|write wrote written
        """;

    const string OfNouns = """
        man men|woman women|child children|person people|foot feet|tooth teeth|goose geese|mouse mice|louse lice|ox oxen|leaf leaves|wolf wolves
        half halves|calf calves|shelf shelves|thief thieves|knife knives|wife wives|life lives|loaf loaves|scarf scarves|elf elves|hoof hooves
        die dice|penny pence|crisis crises|basis bases|analysis analyses|criterion criteria|phenomenon phenomena|cactus cacti|fungus fungi
        stimulus stimuli|datum data|medium media|bacterium bacteria|policeman policemen|fireman firemen|fisherman fishermen|gentleman gentlemen
        """;

    internal static IReadOnlyDictionary<string, string> Verbs { get; } = Read(OfVerbs);

    internal static IReadOnlyDictionary<string, string> Nouns { get; } = Read(OfNouns);

    static Dictionary<string, string> Read(string table) => table.Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(row => row.Split(' ')).SelectMany(row => row.Skip(1).Select(form => (form, row[0]))).ToDictionary(p => p.form, p => p.Item2, StringComparer.Ordinal);
}
