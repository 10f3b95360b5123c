"""Certificates that wait for a step: the day of it, for all of them or for those that are ticked."""

@my()
def certificates_waiting(request, day, access, step):
    """Certificates that wait for a step: some or all of them on one day, with one paper."""
    if step not in WAITING_FOR:
        raise Http404
    me = own(request, day, access)
    book = own_book("certificates")
    register = Register(day.today, facility_ids=frozenset({me.facility.pk}))
    waiting = waiting_for(certificates(register), step)
    column = book.column(step)
    rows = Paginator(waiting, ROWS_A_PAGE).get_page(request.GET.get("page"))
    name = drafts.of_step(step, me.facility.pk, rows.number)
    draft, goes_on = drafts.find(request.user, name), request.GET.get("draft") == "yes"
    kept = draft if goes_on else None
    form = StepForm(
        book,
        [column],
        {},
        request.POST or None,
        request.FILES or None,
        initial=drafts.initial(kept, [column]),
    )
    status = 200
    if request.method == "POST":
        status = 400
        ticked = {key for key in request.POST.getlist("row") if key.isdecimal()}
        chosen = [
            row.certificate.pk
            for row in waiting
            if request.POST.get("all") == "yes" or str(row.certificate.pk) in ticked
        ]
        if form.is_valid() and not chosen:
            form.add_error(None, _("Tick at least one."))
        elif form.is_valid():
            try:
                count = store_step(request, day, book, me.facility, step, chosen, form)
            except AlreadySent as error:
                messages.info(request, " ".join(error.messages))
                return home_of(me.facility)
            except ValidationError as error:
                form.refuse(error)
            else:
                text = ngettext("%(count)s stored.", "%(count)s stored.", count)
                messages.success(request, text % {"count": count})
                return home_of(me.facility)
    ticks = request.POST if form.is_bound else QueryDict("", mutable=True)
    if kept:
        for field, texts in kept.fields.items():
            ticks.setlist(field, texts)
    context = {
        "me": me,
        "step": step,
        "column": column,
        "form": form,
        "rows": rows,
        "count": len(waiting),
        "ticked": ticks.getlist("row"),
        "all_ticked": ticks.get("all") == "yes",
        "draft": None if goes_on or form.is_bound else draft,
        "draft_name": name,
    }
    return "my/certificates.html", context, status


class StepForm(AnswerForm):
    """The day of a step for many certificates."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, asks_reason=False, **kwargs)

    def clean(self):
        cleaned = super().clean()
        for column in self.columns:
            if column.code not in self.errors and not cleaned.get(column.code):
                self.add_error(column.code, _("Fill this in."))
        return cleaned


@transaction.atomic
def store_step(request, day, book, facility, step: str, keys: list[int], form: StepForm) -> int:
    """All chosen certificates or none. Raises ValidationError naming the first that cannot be so."""
    act = begin(
        kind=Act.Kind.FORM, by=request.user, act_id=form.cleaned_data["act"], facility=facility
    )
    values = book.values(keys, day.today)
    rows = book.model.objects.in_bulk(keys)
    reason = form.reasons.get(step, "")
    entries = [
        RowEntry(rows[key], old, old | form.written, because={step: reason} if reason else {})
        for key, old in values.items()
    ]
    for entry, found in zip(entries, book.problems(entries, day.today), strict=True):
        texts = [t for many in found.errors.values() for t in many]
        if not reason:
            texts += [t for many in found.warnings.values() for t in many]
        if texts:
            raise ValidationError({step: f"{book.title(entry.old)}: {texts[0]}"})
    paper = paper_of(request, form, book.column(step).heading())
    enter_rows(book, entries, writing_of(act, on=day.today, document=paper))
    report(facility=facility, by=request.user, at=timezone.now(), nothing_changed=False)
    return len(entries)
