"""Looks: the only place that rounds and draws.

How to make a report
--------------------
1. Section builders (`sctoolkit.report.sections`, one file each) take frozen records and return a `Draft` (raw tables,
   and the function that writes the section from protected ones):

   - ``who_answered(returns: Iterable[Returns], followed: Iterable[Followed] = (), *, caveats=())``
   - ``score_distributions(items: Iterable[ItemAnswers], scores: Iterable[ScoreSummary], *, labels=None,
     caveats=())``
   - ``reliability_section(scales: Iterable[ScaleReliability], *, ordered: bool, caveats=())``
   - ``change_section(changes: Iterable[ScaleChange], *, level=0.95, id="change", heading="What changed", caveats=())``
   - ``what_may_be_said(claim: Claim, *, caveats=())``
   - ``dimensions_section(found: Dimensions, *, ordered: bool, id="dimensions", caveats=())``: eigenvalues, loadings
   - ``several_estimates(estimates: Iterable[OneEstimate], *, id, heading, unit="Change in points", caveats=())``
   - ``data_quality(flags: Iterable[Flag], not_scored: Iterable[NotScored] = (), *, caveats=())``
   - ``result_section(result: Result, *, id, heading, lead="")`` for any other result: its tidy table

2. ``build_report(drafts, *, title, subtitle="", preset="uk-tre-10", summary=headlines(primary_labels),
   claim=claim_sentence(rung), simulated=False, last=provenance_section(Origin(...)))`` (`document.py`) puts all tables
   through `sctoolkit.disclosure.protect` together, then writes the sections. Nothing else sees a number: pictures,
   alternative texts, sentences and files are made from the protected tables. ``headlines`` is in
   ``sections/change.py``, ``claim_sentence`` in ``sections/what_may_be_said.py``, ``Origin`` and
   ``provenance_section`` in ``sections/provenance.py``.

3. Renderers: ``render_html(report) -> str``, ``render_xlsx(report) -> bytes``, ``render_json(report) -> str``,
   ``render_csv(table) -> str``, ``render_docx(report) -> bytes`` (extra ``docx``); each gives the same bytes for the
   same report.

People are counted by key (`sctoolkit.disclosure.table.who`): figures about the same people must claim the same
number. ``wave``, ``side`` and ``organisation`` are the names that the builders use, so pass the same labels to all of
them; an empty ``side`` means everybody at that wave.
"""
