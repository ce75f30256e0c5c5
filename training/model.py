"""The reader: MiniLM-L6 with one small head for each question, and how a pair becomes tokens.

The encoder is BERT (Devlin et al. 2019) with the weights of all-MiniLM-L6-v2; word embeddings stay frozen, so that
the vocabulary can be pruned at no cost. Everything is read in one pass: [CLS] parent [SEP] reply [SEP].
"""
import json
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

HIDDEN, LAYERS, HEADS, FFN = 384, 6, 12, 1536
LENGTH, PARENT = 192, 88          # tokens in all, and of the parent when the reply wants the rest
TASKS = {"stance": 4, "role": 5, "tone": 3, "claim": 2, "adhominem": 2, "insult": 2, "spam": 2}


class Layer(nn.Module):
    def __init__(self, dropout):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(HIDDEN, eps=1e-12), nn.LayerNorm(HIDDEN, eps=1e-12)
        self.up, self.down = nn.Linear(HIDDEN, FFN), nn.Linear(FFN, HIDDEN)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, mask):
        b, t, _ = x.shape
        q, k, v = (f(x).view(b, t, HEADS, -1).transpose(1, 2) for f in (self.query, self.key, self.value))
        # By hand: on CPUs the backward pass of torch's fused attention is several times slower than this.
        weights = (q @ k.transpose(-1, -2) * (HIDDEN // HEADS) ** -0.5 + mask).softmax(-1).to(v.dtype)
        a = (weights @ v).transpose(1, 2).reshape(b, t, HIDDEN)
        x = self.norm1(x + self.out(a))
        return self.norm2(x + self.drop(self.down(F.gelu(self.up(x)))))


class Reader(nn.Module):
    def __init__(self, vocab_size, dropout=0.1):
        super().__init__()
        self.words = nn.Embedding(vocab_size, HIDDEN)
        self.positions, self.types = nn.Embedding(LENGTH, HIDDEN), nn.Embedding(2, HIDDEN)
        self.norm = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        # stance: [CLS; mean of all; mean of the reply]. The others: [mean of the passage; mean of the reply].
        self.heads = nn.ModuleDict({task: nn.Linear((3 if task == "stance" else 2) * HIDDEN, n) for task, n in TASKS.items()})
        self.main = nn.Linear(2 * HIDDEN, 1)
        self.aim, self.aimed = nn.Linear(HIDDEN, 64, bias=False), nn.Linear(HIDDEN, 64, bias=False)
        self.struck = nn.Linear(HIDDEN, 1)
        self.drop = nn.Dropout(dropout)
        self.words.weight.requires_grad_(False)

    def forward(self, ids, types, lengths):
        t = ids.shape[1]
        mask = (torch.arange(t)[None] < lengths[:, None])
        x = self.norm(self.words(ids) + self.positions.weight[:t] + self.types(types))
        bias = torch.zeros(mask.shape).masked_fill(~mask, -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias)
        return x, mask


def mean(x, a, b):
    return x[a:b].mean(0) if b > a else torch.zeros(HIDDEN)


def aims(model, who, reply, passages):
    """How much a reply aims at each of its parent's passages: what it says against what they say, and how they look."""
    return model.aimed(passages) @ (model.aim(who) + model.aim(reply)) / 8 + model.struck(passages)[:, 0]


def load_minilm(folder, keep):
    """A reader with MiniLM's encoder, its word embeddings cut to the rows in `keep`."""
    from safetensors.torch import load_file
    w = load_file(os.path.join(folder, "model.safetensors"))
    w = {k.removeprefix("bert."): v for k, v in w.items()}
    m = Reader(len(keep))
    with torch.no_grad():
        m.words.weight.copy_(w["embeddings.word_embeddings.weight"][keep])
        m.positions.weight.copy_(w["embeddings.position_embeddings.weight"][:LENGTH])
        m.types.weight.copy_(w["embeddings.token_type_embeddings.weight"])
        m.norm.weight.copy_(w["embeddings.LayerNorm.weight"])
        m.norm.bias.copy_(w["embeddings.LayerNorm.bias"])
        for i, layer in enumerate(m.layers):
            p = "encoder.layer.%d." % i
            for ours, theirs in (("query", "attention.self.query"), ("key", "attention.self.key"), ("value", "attention.self.value"),
                                 ("out", "attention.output.dense"), ("norm1", "attention.output.LayerNorm"), ("up", "intermediate.dense"),
                                 ("down", "output.dense"), ("norm2", "output.LayerNorm")):
                getattr(layer, ours).weight.copy_(w[p + theirs + ".weight"])
                getattr(layer, ours).bias.copy_(w[p + theirs + ".bias"])
    return m


def tokenizer(vocab):
    """WordPiece over a vocabulary list, as BERT uncased: lower case, accents stripped, punctuation apart."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocab)}, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


class Encoder:
    """Examples to token ids and the token ranges of their passages."""

    def __init__(self, vocab):
        self.t = tokenizer(vocab)
        self.cls, self.sep = vocab.index("[CLS]"), vocab.index("[SEP]")

    def __call__(self, e):
        reply = self.t.encode(e["text"], add_special_tokens=False)
        parent = self.t.encode(e.get("parent") or "", add_special_tokens=False)
        room = LENGTH - 3
        keep_parent = min(len(parent.ids), max(PARENT, room - len(reply.ids)))
        keep_reply = min(len(reply.ids), room - keep_parent)
        cut = len(parent.ids) - keep_parent      # the end of the parent is kept
        ids = [self.cls] + parent.ids[cut:] + [self.sep]
        start = len(ids)
        ids += reply.ids[:keep_reply] + [self.sep]
        types = [0] * start + [1] * (len(ids) - start)

        def ranges(spans, encoded, first, count, base):
            out = []
            for a, b in spans:
                inside = [i for i, (s, _) in enumerate(encoded.offsets[first:first + count]) if a <= s < b]
                out.append((base + inside[0], base + inside[-1] + 1) if inside else (0, 0))
            return out
        units = ranges(e.get("units") or [], reply, 0, keep_reply, start)
        punits = ranges(e.get("punits") or [], parent, cut, keep_parent, 1)
        return dict(e, ids=ids, types=types, reply=(start, start + keep_reply), ranges=units, pranges=punits)


def read_examples(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]
