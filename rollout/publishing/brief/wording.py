"""What the sentences of a brief say: one wording per code, each number a {placeholder}.

No digit stands here: a number without rows behind it would be refused when it is drawn. The
plural is chosen by the number that `Sentence.count` gives.
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

TITLES = {
    "opening": _("Working session"),
    "equipment": _("Servers and devices"),
    "signatures": _("Digital signatures"),
    "use": _("Use of electronic medical records"),
    "connection": _("Data link"),
    "difficulties": _("Obstacles"),
    "solutions": _("Proposed solutions"),
    "conclusion": _("Conclusion"),
    "orders": _("Directives of the session"),
    "changes": _("Changes since the previous session"),
    "promises": _("Directives completed and overdue"),
    "money": _("Money"),
    "late": pgettext_lazy("section of the brief", "Behind schedule"),
    "law": _("Legal deadlines"),
}

OPENING = {
    "session_held_with": _(
        "On {day} {chair} had a working session with {participants}. Subject: {about}."
    ),
    "session_held": _("On {day} {chair} held a working session. Subject: {about}."),
    "session_planned_with": _(
        "On {day} {chair} will have a working session with {participants}. Subject: {about}."
    ),
    "session_planned": _("On {day} {chair} will hold a working session. Subject: {about}."),
    "figures_of": _("The figures are those of {day}."),
    "day_alone": _("Rollout of electronic medical records in {province} on {day}."),
    "scope_public": ngettext_lazy(
        "{public} public medical facility in {province} takes part in the rollout.",
        "{public} public medical facilities in {province} take part in the rollout.",
        "count",
    ),
    "scope_private": ngettext_lazy(
        "{private} private medical facility in {province} takes part in the rollout.",
        "{private} private medical facilities in {province} take part in the rollout.",
        "count",
    ),
    "scope_both": ngettext_lazy(
        "{public} public medical facility and {private} private in {province} take part in the "
        "rollout.",
        "{public} public medical facilities and {private} private in {province} take part in the "
        "rollout.",
        "count",
    ),
    "scope_none": _("No facility in {province} takes part in the rollout."),
}

EQUIPMENT = {
    # Follows any measure; stands with the first of them.
    "not_known_of": ngettext_lazy(
        "Of {unknown} of the {all} facilities this is not known.",
        "Of {unknown} of the {all} facilities this is not known.",
        "count",
    ),
    "beyond": ngettext_lazy(
        "{beyond} of them takes part without having to.",
        "{beyond} of them take part without having to.",
        "count",
    ),
    "servers_some": ngettext_lazy(
        "{done} out of {total} facilities has been equipped with servers for electronic medical "
        "records.",
        "{done} out of {total} facilities have been equipped with servers for electronic medical "
        "records.",
        "count",
    ),
    "servers_all": _(
        "All facilities ({done} out of {total}) have been equipped with servers for electronic "
        "medical records."
    ),
    "servers_none": _(
        "None of the {total} facilities has been equipped with servers for electronic medical "
        "records."
    ),
    "servers_untracked": _(
        "How many facilities have been equipped with servers for electronic medical records is not "
        "known."
    ),
    "servers_nobody": _("No facility has to be equipped with servers."),
    "bidding": ngettext_lazy(
        "The remaining {missing} is to finish bidding for servers by {month}.",
        "The other {missing} are to finish bidding for servers by {month}.",
        "count",
    ),
    "bidding_of_some": ngettext_lazy(
        "Of the other {missing}, {number} is to finish bidding for servers by {month}.",
        "Of the other {missing}, {number} are to finish bidding for servers by {month}.",
        "count",
    ),
    "bidding_late": ngettext_lazy(
        "At {number} facility bidding for servers was to end by {day}; that it ended is not on "
        "record.",
        "At {number} facilities bidding for servers was to end by {day}; that it ended is not on "
        "record.",
        "count",
    ),
    "bidding_ended": ngettext_lazy(
        "At {number} facility bidding for servers has ended; no server is accepted yet.",
        "At {number} facilities bidding for servers has ended; no server is accepted yet.",
        "count",
    ),
    "bidding_undated": ngettext_lazy(
        "For {number} facility without servers no date is set on which bidding ends.",
        "For {number} facilities without servers no date is set on which bidding ends.",
        "count",
    ),
    "devices_some": ngettext_lazy(
        "{done} out of {total} facilities has been provided with the device system in full.",
        "{done} out of {total} facilities have been provided with the device system in full.",
        "count",
    ),
    "devices_all": _(
        "All facilities ({done} out of {total}) have been provided with the device system in full."
    ),
    "devices_none": _(
        "None of the {total} facilities has been provided with the device system in full."
    ),
    "devices_untracked": _(
        "How many facilities have been provided with the device system in full is not known."
    ),
    "devices_nobody": _("No facility has to be provided with devices."),
    "device_types": _("The device system consists of: {types}."),
}

SIGNATURES = {
    "signatures_registered_some": ngettext_lazy(
        "{done} digital signature for medical staff has been bought and registered with the "
        "Government Cipher Committee, out of {total} needed.",
        "{done} digital signatures for medical staff have been bought and registered with the "
        "Government Cipher Committee, out of {total} needed.",
        "count",
    ),
    "signatures_registered_all": _(
        "All digital signatures for medical staff ({done} out of {total} needed) have been bought "
        "and registered with the Government Cipher Committee."
    ),
    "signatures_registered_unknown": ngettext_lazy(
        "{done} digital signature for medical staff has been bought and registered with the "
        "Government Cipher Committee. How many are needed is not known.",
        "{done} digital signatures for medical staff have been bought and registered with the "
        "Government Cipher Committee. How many are needed is not known.",
        "count",
    ),
    "signatures_registered_untracked": _(
        "How many digital signatures for medical staff have been bought and registered with the "
        "Government Cipher Committee is not known."
    ),
    "signatures_registered_none": _(
        "No digital signature has been registered with the Government Cipher Committee, out of "
        "{total} needed."
    ),
    "signatures_registered_nobody": _("No digital signature is needed."),
    "signatures_issued_some": ngettext_lazy(
        "{done} of the {total} registered has been issued.",
        "{done} of the {total} registered have been issued.",
        "count",
    ),
    "signatures_issued_all": _("All registered ({done} out of {total}) have been issued."),
    "signatures_issued_none": _("None of the {total} registered has been issued."),
    "signatures_issued_unknown": _("{done} have been issued."),
    "signatures_issued_untracked": _("How many have been issued is not known."),
    "signatures_issued_nobody": _("None is to be issued."),
    "signatures_authenticated_some": ngettext_lazy(
        "{done} of the {total} registered has signed against the Committee's server.",
        "{done} of the {total} registered have signed against the Committee's server.",
        "count",
    ),
    "signatures_authenticated_all": _(
        "All registered ({done} out of {total}) have signed against the Committee's server."
    ),
    "signatures_authenticated_none": _(
        "None of the {total} registered has signed against the Committee's server."
    ),
    "signatures_authenticated_unknown": _("{done} have signed against the Committee's server."),
    "signatures_authenticated_untracked": _(
        "How many have signed against the Committee's server is not known."
    ),
    "signatures_authenticated_nobody": _("None is to sign against the Committee's server."),
}

USE = {
    "launched_some": ngettext_lazy(
        "{done} out of {total} facilities has launched or is piloting electronic medical records.",
        "{done} out of {total} facilities have launched or are piloting electronic medical records.",
        "count",
    ),
    "launched_all": _(
        "All facilities ({done} out of {total}) have launched or are piloting electronic medical "
        "records."
    ),
    "launched_none": _(
        "None of the {total} facilities has launched or is piloting electronic medical records."
    ),
    "launched_untracked": _(
        "How many facilities have launched or are piloting electronic medical records is not known."
    ),
    "launched_nobody": _("No facility has to launch electronic medical records."),
    "official_some": ngettext_lazy(
        "{done} out of {total} has been evaluated and uses the system officially.",
        "{done} out of {total} have been evaluated and use the system officially.",
        "count",
    ),
    "official_all": _(
        "All facilities ({done} out of {total}) have been evaluated and use the system officially."
    ),
    "official_none": _(
        "None of the {total} facilities has been evaluated and uses the system officially."
    ),
    "official_untracked": _(
        "How many facilities have been evaluated and use the system officially is not known."
    ),
    "official_nobody": _("No facility has to be evaluated."),
    "councils_fixed": ngettext_lazy(
        "{number} meeting of an evaluation council is scheduled: {meetings}.",
        "{number} meetings of evaluation councils are scheduled: {meetings}.",
        "count",
    ),
    "councils_unruled": ngettext_lazy(
        "{number} council was to meet and no conclusion is on record: {meetings}.",
        "{number} councils were to meet and no conclusion is on record: {meetings}.",
        "count",
    ),
    "councils_none": _("No meeting of an evaluation council is scheduled."),
    "launch_between": ngettext_lazy(
        "{number} facility is to complete and launch the system from {first} to {last}.",
        "The other {number} facilities are to complete and launch the system from {first} to "
        "{last}.",
        "count",
    ),
    "launch_in": ngettext_lazy(
        "{number} facility is to complete and launch the system in {first}.",
        "{number} facilities are to complete and launch the system in {first}.",
        "count",
    ),
    "launch_late": ngettext_lazy(
        "{number} facility was to have launched the system by {day}; no launch is on record.",
        "{number} facilities were to have launched the system by {day}; no launch is on record.",
        "count",
    ),
    "launch_undated": ngettext_lazy(
        "For {number} facility no date is set for the launch.",
        "For {number} facilities no date is set for the launch.",
        "count",
    ),
}

CONNECTION = {
    "connected_public_some": ngettext_lazy(
        "{done} out of {total} public medical facilities ({share}) has its account and is connected "
        "with {partner}.",
        "{done} out of {total} public medical facilities ({share}) have their accounts and are "
        "connected with {partner}.",
        "count",
    ),
    "connected_public_all": _(
        "Accounts are issued and the connection with {partner} is established for {share} of public "
        "medical facilities ({done} out of {total})."
    ),
    "connected_public_none": _(
        "None of the {total} public medical facilities is connected with {partner}."
    ),
    "connected_public_untracked": _(
        "How many public medical facilities are connected with {partner} is not known."
    ),
    "connected_public_nobody": _("No public medical facility has to be connected with {partner}."),
    "connected_private_some": ngettext_lazy(
        "{done} out of {total} private hospitals and clinics ({share}) has its account and is "
        "connected with {partner}.",
        "{done} out of {total} private hospitals and clinics ({share}) have their accounts and are "
        "connected with {partner}.",
        "count",
    ),
    "connected_private_all": _(
        "The same holds for {share} of private hospitals and clinics with {partner} ({done} out of "
        "{total})."
    ),
    "connected_private_none": _(
        "None of the {total} private hospitals and clinics is connected with {partner}."
    ),
    "connected_private_untracked": _(
        "How many private hospitals and clinics are connected with {partner} is not known."
    ),
    "partner_none": _("No partner hospital is set."),
}

PROGRAMME = {
    "obstacles_raised": ngettext_lazy(
        "Raised at the session by {whom}, {number} obstacle:",
        "Raised at the session by {whom}, {number} obstacles:",
        "count",
    ),
    "obstacles_not_raised": _("No obstacle was raised at the session."),
    "obstacle": _("{obstacle}."),
    "obstacle_by_agency": _("{obstacle}. {agency} can resolve it."),
    "obstacle_holding": ngettext_lazy(
        "{obstacle}. It blocks {facilities} facility.",
        "{obstacle}. It blocks {facilities} facilities.",
        "count",
    ),
    "obstacle_holding_by_agency": ngettext_lazy(
        "{obstacle}. It blocks {facilities} facility; {agency} can resolve it.",
        "{obstacle}. It blocks {facilities} facilities; {agency} can resolve it.",
        "count",
    ),
    "obstacle_cleared": _("{obstacle}. It was resolved on {day}."),
    "obstacles_open": ngettext_lazy(
        "{number} obstacle is open; facility-days lost by the province so far: {days}.",
        "{number} obstacles are open; facility-days lost by the province so far: {days}.",
        "count",
    ),
    "obstacles_open_in": ngettext_lazy(
        "{number} obstacle is open; facility-days lost in {area} so far: {days}.",
        "{number} obstacles are open; facility-days lost in {area} so far: {days}.",
        "count",
    ),
    "obstacles_none_open": _("There are no open obstacles."),
    "solution": _("{text}. Proposed by: {whom}. What became of it is not on record."),
    "solution_taken": _("{text}. Proposed by: {whom}. Taken up by directive {directive} on {day}."),
    "solution_dropped": _("{text}. Proposed by: {whom}. Discarded on {day}: {because}."),
    "solution_of_obstacle": _(
        "{obstacle}: {text}. Proposed by: {whom}. What became of it is not on record."
    ),
    "solution_of_obstacle_taken": _(
        "{obstacle}: {text}. Proposed by: {whom}. Taken up by directive {directive} on {day}."
    ),
    "solution_of_obstacle_dropped": _(
        "{obstacle}: {text}. Proposed by: {whom}. Discarded on {day}: {because}."
    ),
    "solutions_unknown": _("Which solutions were proposed for them is not on record."),
    "conclusion": _("{chair}: {text}"),
    "conclusion_none": _("What {chair} concluded is not on record."),
    "orders": ngettext_lazy(
        "{number} directive was issued:", "{number} directives were issued:", "count"
    ),
    "orders_none": _("No directive was issued."),
    "order": _("{text}. Lead: {lead}. Due: {due}."),
    "order_with": _("{text}. Lead: {lead}, with {others}. Due: {due}."),
    "order_together": _("{text}. Together: {agencies}. Due: {due}."),
    "order_undated": _("{text}. Lead: {lead}. No date is set."),
    "order_undated_with": _("{text}. Lead: {lead}, with {others}. No date is set."),
    "order_undated_together": _("{text}. Together: {agencies}. No date is set."),
    "order_closed": _("{text}. Lead: {lead}. Completed on {closed}."),
    "order_closed_with": _("{text}. Lead: {lead}, with {others}. Completed on {closed}."),
    "order_closed_together": _("{text}. Together: {agencies}. Completed on {closed}."),
    "order_late": ngettext_lazy(
        "{text}. Lead: {lead}. Was due on {due}, {days} working day overdue.",
        "{text}. Lead: {lead}. Was due on {due}, {days} working days overdue.",
        "count",
    ),
    "order_late_with": ngettext_lazy(
        "{text}. Lead: {lead}, with {others}. Was due on {due}, {days} working day overdue.",
        "{text}. Lead: {lead}, with {others}. Was due on {due}, {days} working days overdue.",
        "count",
    ),
    "order_late_together": ngettext_lazy(
        "{text}. Together: {agencies}. Was due on {due}, {days} working day overdue.",
        "{text}. Together: {agencies}. Was due on {due}, {days} working days overdue.",
        "count",
    ),
    "law_ahead": ngettext_lazy(
        "{name} ({basis}): by {day}, {days} day left.",
        "{name} ({basis}): by {day}, {days} days left.",
        "count",
    ),
    "law_passed": ngettext_lazy(
        "{name} ({basis}): {days} day past {day}.",
        "{name} ({basis}): {days} days past {day}.",
        "count",
    ),
    "late": ngettext_lazy(
        "{number} facility is behind schedule, by up to {days} working days: {facilities}.",
        "{number} facilities are behind schedule, by up to {days} working days: {facilities}.",
        "count",
    ),
    "late_none": _("No facility is behind schedule."),
    "money": ngettext_lazy(
        "{files} procurement file is on record. Approved: {approved} dong; awarded: {awarded} dong; "
        "paid: {paid} dong.",
        "{files} procurement files are on record. Approved: {approved} dong; awarded: {awarded} "
        "dong; paid: {paid} dong.",
        "count",
    ),
    "money_waiting": ngettext_lazy(
        "The estimate of {waiting} of them waits to be approved: {estimated} dong.",
        "The estimates of {waiting} of them wait to be approved: {estimated} dong together.",
        "count",
    ),
}

COMPARING = {
    "changed": _("{measure}: from {old} on {day} to {new}."),
    "fell": _("{measure}: from {old} on {day} down to {new}."),
    "changed_nothing": _("No figure has changed since {day}."),
    "restated": _("{measure} on {day}: reported then as {reported}, {known} as known now."),
    "kept": _("Completed on time: “{text}”, due on {due}, completed on {closed}."),
    "broken_open": ngettext_lazy(
        "Overdue by {days} working day: “{text}”, lead: {lead}, due on {due}.",
        "Overdue by {days} working days: “{text}”, lead: {lead}, due on {due}.",
        "count",
    ),
    "broken_open_together": ngettext_lazy(
        "Overdue by {days} working day: “{text}”, {agencies} together, due on {due}.",
        "Overdue by {days} working days: “{text}”, {agencies} together, due on {due}.",
        "count",
    ),
    "broken_late_together": _(
        "Completed late: “{text}”, {agencies} together, due on {due}, completed on {closed}."
    ),
    "broken_late": _(
        "Completed late: “{text}”, lead: {lead}, due on {due}, completed on {closed}."
    ),
    "undated": ngettext_lazy(
        "{number} directive is open without a date.",
        "{number} directives are open without a date.",
        "count",
    ),
    "promises_none": _("No directive has fallen due."),
}

WORDING = OPENING | EQUIPMENT | SIGNATURES | USE | CONNECTION | PROGRAMME | COMPARING
