# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 16 · Serving embeddings
# **You start a server that many programs share, build a search box on it, find out why it reads texts together and who waits how long, and choose what it serves: which layer, which search, which numbers.**
#
# <!-- badges -->
#
# **Time** 73 minutes: a core of 53, and optional parts of 20, marked as such; the computer needs about three of them · **You need** lesson 08 (BERT: layers, `[CLS]`), and of lesson 01 the mean over a text's states · **You will be able to** *ask* a server for vectors, *gather* texts into batches,
# *explain* with Little's law who waits how long, *choose* layer and pooling by measuring, *tell* when approximate search pays, *turn* weights into whole numbers, and *say* when one machine is not enough.

# %% tags=["parameters"]
import os

profile = os.environ.get("TLCOURSE_PROFILE", "full")
seed = 0
solutions = False

# %%
import queue
import time

import numpy as np
import torch  # noqa: F401, for your own code

from tlcourse import exercises, profiles, show
from tlcourse.lessons.serving_embeddings import (
    articles,
    batches,
    clients,
    figures,
    flow,
    in_words,
    int8,
    layers,
    load_dial,
    nearest,
    published,
    search_box,
    service,
    tiny,
)
from tlcourse.lessons.serving_embeddings import in_words_of_choices as choices
from tlcourse.serve.embedding import Embedder, like_lengths
from tlcourse.serve.settings import Settings

pick = profiles.chooser(profile)
show.style()
check = exercises.start("serving_embeddings", solutions=solutions)

# %% [markdown]
# ## Predict first · 2 minutes

# %%
check.predict("together")

# %%
check.predict("which_layer")

# %% [markdown]
# ## 1. One model, many users · 6 minutes
# You have a good encoder. Now a thousand people want vectors from it: a search page, a chat program, a colleague's notebook. If each program loads its own copy, each needs hundreds of megabytes, seconds to start, and PyTorch. So one program loads it, and all others *ask*. That program is a **server**; those that ask are its **clients**; they
# meet at a **port**, a number under which a program can be reached.
#
# In November 2018, weeks after BERT, Han Xiao published **bert-as-service**, the last system of the talk that this course follows: a text goes in, a vector comes out, and whoever asks need not know what BERT is. Its way of a text, which ours has too:

# %%
flow.way_of_a_text()

# %% [markdown]
# A **request** is what a client sends: one text or many. The *ventilator* (as of air: it spreads what comes in) keeps texts in a **queue**, cuts large requests, gathers small ones, and sends them out in **batches**. A *worker* is a process of its own with a copy of the model. The *sink* is where all vectors flow together: it waits until a request is complete, and answers it.
# Messages go one way only, so nobody waits for the other; hence two ports. What carries them is **ZeroMQ**, a library of queues between programs.
#
# Ours is started here, on this machine alone, with one worker (each further one is a process and a copy of the model more):

# %%
settings = Settings(
    model="minilm", workers=1, max_batch=16, layers=(-1,), normalise=True, max_seq_len=64,
    port=0, port_out=0, timeout=300,
)  # fmt: skip
server = service.start(settings)
show.table(service.told(server))

# %% [markdown]
# (Port 0 means: any that is free. `normalise` gives all vectors length 1, so that a product of two is their cosine. `layers` is section 6's matter; after `timeout` seconds a request is given up.) Ask it from this process: `submit` gives a *future*, a promise at once; its `result()` waits for the answer.

# %%
texts = ["The queen opened a hospital.", "Her Majesty visited a clinic.", "Shares fell sharply."]
promise = server.submit(texts)
answer = promise.result()
print(answer.vectors.shape, "tokens read:", answer.lengths)
answer.vectors @ answer.vectors.T

# %% [markdown]
# The first two texts share no word but *a*. And from outside, as a program in any language would, over HTTP:

# %%
port = service.open_http(server)
show.source(service.over_http)
print("the same vectors:", np.allclose(service.over_http(port, texts), answer.vectors, atol=1e-5))

# %% [markdown]
# This is the form of OpenAI's embeddings, so its published client can ask our server; and bert-as-service's own client, `BertClient`, can ask it over ZeroMQ (README, *Serve embeddings*).
#
# ## 2. A search box · 5 minutes
# What is searched: the first paragraph of each BBC article (without its headline). All of them go to the server; that is done once, and is called an **index**.

# %%
news = articles.load(pick(full=None, fast=160))
began = time.perf_counter()
vectors = service.vectors(server, news.paragraphs)
print(f"{len(vectors):,} paragraphs in {time.perf_counter() - began:.0f} s; {vectors.nbytes / 1e6:.1f} MB")

# %% [markdown]
# A query becomes a vector in the same server; the answers are the paragraphs whose cosine with it is largest. Beside it, a search by shared words (TF-IDF, lesson 01). Each hit is shown with its headline, but it is the paragraph that was searched.
#
# ### Try it: say it in other words
# Type what you look for. When does the left side find what the right one can't? And when is the right one better? (Try a name, or a number.)

# %%
search_box.search_box(server, news, vectors)

# %% [markdown]
# Is it any good? The headlines say: each should find its own paragraph first.

# %%
headlines = service.vectors(server, news.headlines)
served = articles.found_first(headlines @ vectors.T)
show.md(
    in_words.of_found(served, articles.found_first(articles.shared_words(news.headlines, news.paragraphs)))
)

# %% [markdown]
# ## 3. Why read texts together? · 6 minutes
# A worker has one core. Whether it reads texts one after the other or side by side, the number of products is the same. Measured with texts of equal length, in seconds of the core:

# %%
embedder = Embedder("minilm", layers=(-1,), max_seq_len=128)
encoder = embedder.encoder
sizes, lengths = pick(full=[1, 2, 4, 8, 16], fast=[1, 4, 16]), pick(full=[8, 32, 128], fast=[8, 64])
measured = show.Records(
    row
    for draw in range(pick(full=3, fast=1))
    for row in batches.measured(encoder, lengths, sizes, draw, least=pick(full=0.1, fast=0.05))
)
figures.batches(measured)

# %% [markdown]
# **Throughput** (left) is how many texts are done in a second; **latency** (right) how long one waits for its own (of three measurements, where there are bars). With short texts, a batch raises both. Why does throughput rise at all? Some things are done once for a batch, whatever it holds: the weights are fetched from memory, some hundred operations are called. The rest is done for each text. With $b$ texts at once:
#
# $$t(b) = \text{once} + b \cdot \text{each}, \qquad \text{throughput} = \frac{b}{t(b)} \;\longrightarrow\; \frac{1}{\text{each}}$$
#
# Fitted to the points above. (A straight line is a simple picture, and best for short texts: large batches of long texts outgrow the processor's cache, and of a few milliseconds beside fifty the fit can say little.)

# %%
costs = {
    length: batches.Cost.fitted(
        sizes, [measured.where(**{"length": length, "at once": b}).mean for b in sizes]
    )
    for length in lengths
}
show.table(figures.costs(costs, sizes[-1]))

# %%
show.md(in_words.of_gain(costs, sizes[-1]))

# %%
check.recall("together")

# %% [markdown]
# ## 4. Gather what comes · 9 minutes
# Most clients send one text and wait. So the server has to make the batches itself, of texts from *different* clients (*dynamic batching*). It needs two bounds: how many texts a batch may have, and how long the first of them may be kept waiting for company.
#
# ### Your turn: gather a batch
# Here the worker is always free. `arrived` are moments in milliseconds, in order.


# %% tags=["exercise"]
def gathered(arrived, max_batch, max_wait):
    """Return the batches, each a list of places in `arrived` (ascending moments, in ms).

    A batch begins with the first text that is in none. It takes those that follow until it has `max_batch`,
    or until one arrives later than `max_wait` after the batch's first.
    """
    ...


# %%
check.gathered(gathered)

# %% [markdown]
# That was a list of moments. A server does not know who will come. Here is one, whole: `inbox` is its queue, in which each text lies with the future that its client waits for. (`None` tells it to stop.)


# %%
def small_server(embed, inbox, max_batch, max_wait):
    """Take what has gathered, embed it at once, and give each client its vector."""
    while (first := inbox.get()) is not None:  # waits until there is one
        batch, end = [first], time.monotonic() + max_wait
        while len(batch) < max_batch:
            try:
                batch.append(inbox.get(timeout=max(0, end - time.monotonic())))
            except queue.Empty:
                break
            if batch[-1] is None:
                inbox.put(batch.pop())
                break
        found = embed([text for text, _ in batch])
        for (_, future), vector in zip(batch, found, strict=True):
            future.set_result(vector)


# %% [markdown]
# Sixteen clients, each of which sends a headline, waits for its vector, and sends the next; once without company, once with (`max_wait` is three milliseconds, as in the real one):

# %%
tried = {
    most: tiny.tried(small_server, embedder, news.headlines, most, n_clients=16, seconds=pick(full=4, fast=1))
    for most in (1, 16)
}
show.table(tiny.rows(tried))
show.md(in_words.of_tiny(tried, 16))

# %% [markdown]
# The real one does a bit more. (Three milliseconds are enough: while the worker is busy, texts gather by themselves.) It takes along those of like length, lets large requests take turns with small ones, tells clients to come back when too many wait, and starts a worker again that died (`tlcourse/serve/waiting.py`, `ventilator.py`, `crew.py`). What that is worth, beside what one would write
# in an afternoon (texts a second on two cores, two workers, sentences of mixed length; ± the standard deviation of three rounds; by `benchmarks/serving.py`):

# %%
speed = show.Records.load("serving_embeddings/speed")
show.table(in_words.of_ways(speed), formats=".0f")

# %%
show.md(
    in_words.of_batching(speed) + "\n\n" + in_words.of_faults(show.Records.load("serving_embeddings/faults"))
)

# %% [markdown]
# ### Optional: padding · 6 minutes
# Texts of one batch are padded to its longest (lesson 01). A batch of one long and many short texts computes mostly padding.
#
# #### Your turn: batches by length


# %% tags=["exercise"]
def sorted_batches(lengths, size):
    """Return batches, lists of `size` places in `lengths`: longest first; of equally long ones, the earlier.

    The last batch may have fewer.
    """
    ...


# %%
check.sorted_batches(sorted_batches)

# %% [markdown]
# Places, not texts: so the vectors can be put back where their texts stood, `vectors[places] = …`. The server cannot sort what has not come yet: its workers group what they have so that padding never doubles the work:

# %%
show.source(like_lengths)

# %% [markdown]
# What sorting is worth, on 300 sentences of the BBC (three draws; by `benchmarks/serving_choices.py`, as all further results of this lesson that are not measured here):

# %%
padded = show.Records.load("serving_embeddings/batches")
show.md("\n\n".join(in_words.of_padding(padded, size) for size in (8, 32)))

# %% [markdown]
# ## 5. Who waits how long? · 10 minutes
# Clients do not wait for one another. Let headlines come at random moments, about sixty percent as many as the server could do, and write down when each came and when it was answered:

# %%
busy = clients.in_turn(server.submit, news.headlines, 16, seconds=1).per_second
found = clients.at_random(
    server.submit, news.headlines, rate=0.6 * busy, seconds=pick(full=8, fast=1.5), seed=seed,
    inside=lambda: server.metrics.value("tlcourse_waiting_texts"),
)  # fmt: skip
figures.visits(found)

# %% [markdown]
# Each bar above is a text, from its arrival to its answer (only the first are drawn); the curve below counts at each moment how many of all texts are inside.
#
# ### Your turn: how many are inside
# On average over time: a number that lasts for two seconds counts twice as much as one that lasts for one.


# %% tags=["exercise"]
def mean_inside(arrived, answered):
    """Return how many texts are inside, on average over the time from the first arrival to the last answer.

    arrived and answered (N,) are moments in seconds.
    """
    ...


# %%
check.mean_inside(mean_inside)

# %% [markdown]
# The area under the curve is the area of all bars: you may add it up moment by moment, or text by text. The second way says: number of texts × mean wait. Divide both by the time, and you have **Little's law** (Little 1961). With $\lambda$ the texts a second, $W$ the mean wait, $L$ how many are inside on average:
#
# $$L = \lambda \, W$$
#
# Little is assumed: that nobody is inside before and after. Not when texts come, not in which order they are answered, not how many workers there are. On all texts of that run:

# %%
show.md(in_words.of_little(found))

# %% [markdown]
# So a mean wait can be had without timing a single text: as many as are inside, divided by the rate. And it says what clients do that always wait for their answer before they send again. Then $L$ is the number of clients, and when the server is at its limit $\lambda$ does not rise any more:

# %%
turns = {
    n: clients.in_turn(server.submit, news.headlines, n, seconds=pick(full=4, fast=1))
    for n in pick(full=[1, 4, 16, 64, 256], fast=[1, 16])
}
show.table(in_words.of_turns(turns))
show.md(in_words.of_saturation(turns))

# %%
show.md(in_words.of_slowest(found))

# %% [markdown]
# ### Try it: the load dial
# Three sliders; the ring is your choice. With texts of 32 tokens, how many clients can you have before one waits a quarter of a second? What is better, 16 clients with one text each or one client with 8? And with 128 tokens, from where on do more clients buy nothing but waiting?

# %%
load = show.Records.load("serving_embeddings/load")
load_dial.load_dial(load)

# %%
show.md(in_words.of_dial(load))

# %% [markdown]
# ## 6. Which vector? · 9 minutes
# A server has to decide what it serves: of which **layer**, and how the states of a text's tokens become one vector, the **pooling**. bert-as-service's default is the mean (`REDUCE_MEAN`) of layer **−2**, the one before the last. Its author says why: the last layer is too close to the targets of pretraining, and may be biased to them.
#
# Two judges. *Pairs*: sentences whose likeness in meaning people rated (the STS benchmark, Cer et al. 2017); do cosines put them in the same order? (Spearman's rank correlation: 1 the same order, 0 none.) *Headlines*: as in section 2, among 1,000 articles (with fewer to choose from, more is found). Three encoders: **bert-mini** was trained by this course to guess hidden words; **distilbert** was trained so, and then to correct
# grammar; **minilm** was trained further, until sentences of the same meaning had similar vectors. Nothing is trained here; bars are the spread over five disjoint parts of the pairs and headlines. Layer −7 are the embeddings, below all layers, where `[CLS]` is the same vector for all texts. Grey, dotted and dashed: no network at all (TF-IDF; the mean of GloVe's vectors of 50 numbers, lesson 03). *Mean, centred* is explained below the figure.

# %%
judged = show.Records.load("serving_embeddings/layers")
encoders, plain = ["bert-mini", "distilbert", "minilm"], ["TF-IDF", "GloVe, averaged"]
figures.layers(judged, plain)

# %%
show.md(choices.of_layers(judged, encoders, plain))

# %%
check.recall("which_layer")

# %%
show.md(choices.of_baseline(judged, encoders[:2], "minilm", plain))

# %%
show.md(choices.of_centred(judged, encoders))

# %% [markdown]
# Two layers of minilm again, now, on fewer articles (so more is found):

# %%
read = [
    layers.of_all_layers(encoder, some[: pick(full=400, fast=40)], only=(-1, -2))
    for some in (news.headlines, news.paragraphs)
]
show.table(
    {"layer": [f"{layer}" for layer, _ in read[0]], "pooling": [how for _, how in read[0]],
     "headlines that find their article": [layers.found(read[0][key], read[1][key]) for key in read[0]]},
    formats=".1%",
)  # fmt: skip

# %% [markdown]
# ### Your turn: the mean and the largest
# `REDUCE_MEAN_MAX` puts two poolings side by side: the mean of each number over the text's tokens, and the largest. (It doubles the size of the vector. Measure whether that is worth it, as above.) Padding must take part in neither.


# %% tags=["exercise"]
def mean_max(states, mask):
    """Return (B, 2 H): the mean, then the largest of each number, of the tokens with mask 1.

    states is (B, T, H), mask (B, T) of 0 and 1; both are torch tensors.
    """
    ...


# %%
check.mean_max(mean_max)

# %% [markdown]
# ### Optional: search without comparing all · 6 minutes
# The search box compared the query with every vector. That is one product of a table and a vector, and exact. For millions of vectors there are approximate ways. The best known is a graph (**HNSW**, *hierarchical navigable small world*: Malkov and Yashunin 2020): each vector is tied to some near it, few of them also over long distances (the hierarchy), and a search walks from neighbour to neighbour, always towards the query. It may end beside the nearest. How far it looks
# around is a number, here `keeps`: the best so many that it has met. Its price: some of the right ones are missed (**recall** is the share that is found), and the graph has to be built.

# %%
graph = nearest.graph(vectors)
queries = headlines[: pick(full=200, fast=40)]
right, all_compared = nearest.timed(lambda query: nearest.exact(vectors, query, 10), queries)
rows = [{"search": "all compared", "ms": 1000 * all_compared, "recall": 1.0}]
for keeps in (10, 32, 128):
    walked, took = nearest.timed(lambda query, keeps=keeps: nearest.walk(graph, query, 10, keeps), queries)
    rows.append(
        {"search": f"graph, keeps {keeps}", "ms": 1000 * took, "recall": nearest.recall(walked, right)}
    )
show.table(rows, formats={"ms": ".2f", "recall": ".1%"})

# %% [markdown]
# (The library is usearch. faiss is better known, but its wheels bring a second OpenMP, which is known to crash beside PyTorch on a Mac.) With more vectors, of MiniLM for sentences of all articles, and of GloVe for words; one core, one query at a time. The points of a line are 10, 32, 128 and 400 kept. (*int8*: one byte for each number, see the next section; measured with one size of each.)

# %%
search = show.Records.load("serving_embeddings/search")
figures.searches(search)

# %%
show.table(choices.search_rows(search))
show.md(choices.of_search(search))

# %% [markdown]
# For the BBC's articles nobody needs a graph.
#
# ### Optional: smaller numbers · 8 minutes
# A weight is a number of four bytes (*float32*). Must it be? One byte holds the whole numbers from −128 to 127 (*int8*). So divide each row of a table by a **scale** and round; keep the scale.
#
# #### Your turn: weights of one byte


# %% tags=["exercise"]
def int8_rows(weights):
    """Return whole numbers, int8 (R, C), and the scale of each row, (R,): `q * scale[:, None]` ≈ weights.

    The largest absolute value of a row becomes 127 or −127. A row of zeros has scale 1. `weights` is a numpy array.
    """
    ...


# %%
check.int8_rows(int8_rows)

# %% [markdown]
# Why a scale for each row? Fewer and fewer bits show it: minilm's last layer, on the judges of section 6. (Of the pairs the first 700, which are easier than all, and 300 articles: compare within this figure. Bars: five parts.)

# %%
scores = show.Records.load("serving_embeddings/bits")
figures.rounded(scores)

# %%
show.md(choices.of_bits(scores))

# %% [markdown]
# To *save* time, the products themselves have to be of whole numbers. The states that come in are rounded as well, anew for each batch, with one scale: *dynamic* quantisation. Products of whole numbers are summed in whole numbers, and what comes out is turned back into float32. (The last argument keeps the states to 7 bits, so that no sum of two products overflows on older processors.)

# %%
show.source(int8.Int8Linear)

# %%
whole = int8.in_int8(encoder)
rows = []
for length, size in pick(full=[(16, 1), (16, 32), (128, 1), (128, 16)], fast=[(16, 1), (16, 8)]):
    as_floats, as_bytes = (batches.seconds(some, length, size) for some in (encoder, whole))
    rows.append(
        {
            "tokens": f"{length}",
            "texts": f"{size}",
            "float32, ms": 1000 * as_floats,
            "int8, ms": 1000 * as_bytes,
        }
    )
show.table(rows, formats=".1f")
show.md(choices.of_int8(show.Records.load("serving_embeddings/int8"), scores))

# %% [markdown]
# ## 7. Past one machine · 3 minutes
# A machine with 16 cores takes 16 workers. When that is not enough, or when the service has to go on while a machine is down, you need several machines, and somebody who watches over them. We have not built that, and you should not either. A home-made cluster would have to: find its machines, and notice those that come and go; tell a dead one from a slow one; hand each request to the one with least to do; send a request again
# without doing it twice; refuse in time, at every hop, when too much waits; bring a new model in without losing a request; place processes where memory is; keep strangers out between machines; gather everybody's counts and logs.
#
# **Ray Serve** does most of that, and `tlcourse/serve/on_ray.py` puts our encoder on it, with the same HTTP side. Not all: its documentation leaves it to your network to keep strangers out, to clients to send again, and a limit for what waits has to be set (`on_ray.py` sets one, and sends again when a replica dies). What it costs on one machine:

# %%
ray = show.Records.load("serving_embeddings/ray")
show.table(choices.ray_rows(ray))
show.md(choices.of_ray(ray))

# %% [markdown]
# ## Paper says / we get / why they differ · 3 minutes

# %%
show.compare(published.paper_rows(speed, judged))

# %%
service.stop()
check

# %% [markdown]
# ## What to remember
# 1. One model, a queue before it, and texts of many clients read together: short texts gain most.
# 2. A batch costs *once* plus *each*: throughput rises towards 1 / each. To compute it takes longer; the queue before it gets shorter.
# 3. Little's law: inside = rate × wait. At the limit, more clients only wait longer.
# 4. Layer and pooling are measured, not inherited. What a layer was trained for decides.
# 5. Exact search and float32 first; a graph for very many queries among very many vectors; int8 when a core is what you lack.
#
# **What it got wrong.** bert-as-service made vectors of an untuned BERT popular, and for comparing sentences these are poor: below averaged GloVe in Reimers and Gurevych's table, and ours of the same kind are below TF-IDF. Its client knew no errors, and by default waited for ever if the server was gone.
#
# **What came next.** Sentence-BERT (Reimers and Gurevych 2019) trained BERT so that cosines mean something, which is what MiniLM had. Han Xiao founded the company Jina AI, where bert-as-service became clip-as-service. Servers of today's language models gather requests anew before each token (Yu et al. 2022, *Orca*). **Next**: 17, the state of the art, and after.
#
# **Reading**: bert-as-service's documentation, its *benchmark* and *frequently asked questions*; Little 1961, *A Proof for the Queuing Formula L = λW*; Malkov and Yashunin 2020, *Efficient and robust approximate nearest neighbor search using Hierarchical Navigable Small World graphs*; Jacob et al. 2018, *Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference*; the ZeroMQ guide, chapter *Divide and Conquer* (ventilator and sink);
# `tlcourse/serve/`, from `waiting.py` on.
