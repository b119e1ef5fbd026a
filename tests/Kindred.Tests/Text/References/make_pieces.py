"""What other programs cut sentences into: SentencePiece's own (spm_train and spm_encode 0.1.97, Debian's package sentencepiece) and a byte-level BPE in plain Python.

The models were learnt from the first 8,000 example sentences in WordNet (dict/data.adj, adv, noun, verb; those of four words or more, each once), one a line in examples.txt:
  spm_train --input=examples.txt --model_prefix=unigram --model_type=unigram --vocab_size=400 --character_coverage=1.0 --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 \
    --normalization_rule_name=identity                                     # numbers as in T5's model, which has no beginning of a sentence either
  the same with --model_prefix=bpe --model_type=bpe
The byte-level merges are learnt here, by the algorithm of Sennrich et al. (arXiv:1508.07909) over GPT-2's bytes and words; 150 of them.
Run: python3 make_pieces.py examples.txt sentences.txt FOLDER_OF_SPM > pieces.tsv   (writes vocab.json and merges.txt beside it)
"""
import collections, json, re, subprocess, sys

examples, sentences, spm = sys.argv[1:4]
lines = open(sentences, encoding="utf8").read().split("\n")[:-1]

def sentencepiece(model):
    run = subprocess.run([spm + "/spm_encode", "--model=" + model, "--output_format=id"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    return run.stdout.split("\n")[:-1]

# GPT-2's printable letters for bytes, and its words.
plain = [b for b in range(256) if 33 <= b <= 126 or 161 <= b <= 172 or 174 <= b <= 255]
letters, more = {b: chr(b) for b in plain}, 0
for b in range(256):
    if b not in letters:
        letters[b] = chr(256 + more)
        more += 1
words = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:_|[^\s\w])+|\s+(?!\S)|\s+")

def spelt(word): return tuple(letters[b] for b in word.encode())

def merged(word, pair):
    out, i = [], 0
    while i < len(word):
        if word[i:i + 2] == pair:
            out.append(word[i] + word[i + 1])
            i += 2
        else:
            out.append(word[i])
            i += 1
    return tuple(out)

counts = collections.Counter(spelt(w) for line in open(examples, encoding="utf8") for w in words.findall(line.rstrip("\n")))
merges = []
for _ in range(150):
    pairs = collections.Counter()
    for word, n in counts.items():
        for pair in zip(word, word[1:]): pairs[pair] += n
    best = max(pairs, key=lambda p: (pairs[p], p))
    merges.append(best)
    counts = collections.Counter({merged(w, best): n for w, n in counts.items()})
vocabulary = ["<s>", "<pad>", "</s>", "<unk>"] + [letters[b] for b in range(256)] + [a + b for a, b in merges]
number = {t: i for i, t in enumerate(vocabulary)}

def encode(line):
    out = []
    for w in words.findall(line):
        w = spelt(w)
        while True:
            ranked = [(merges.index(p), p) for p in zip(w, w[1:]) if p in merges]
            if not ranked: break
            w = merged(w, min(ranked)[1])
        out += [number[p] for p in w]
    return " ".join(map(str, out))

json.dump(number, open("vocab.json", "w", encoding="utf8"), ensure_ascii=False)
open("merges.txt", "w", encoding="utf8").write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
for line, unigram, bpe in zip(lines, sentencepiece("unigram.model"), sentencepiece("bpe.model")): print(line, unigram, bpe, encode(line), sep="\t")
