"""Accounts to try the product with. Their passwords are public, so they exist only with EMR_DEMO=1."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from facilities.models import Agency, ApiToken, Facility, Role, RoleAssignment, User

API_KEY = "emr_demo-key-for-trying-the-api-only"
VALID_FROM = date(2024, 1, 1)


@dataclass(frozen=True)
class DemoUser:
    username: str
    password: str
    full_name: str
    role: Role
    facility: str = ""
    agency: str = ""
    answers_for: str = ""  # an agency this account speaks for besides its role

    @property
    def of(self) -> str:
        """The facility or agency the account speaks for."""
        return self.facility or self.agency


DEMO_USERS = (
    DemoUser(
        "soyte",
        "thu-nghiem-so-y-te",
        "Cán bộ Sở Y tế (thử nghiệm)",
        Role.DEPARTMENT,
        answers_for="syt",
    ),
    DemoUser("lanhdao", "thu-nghiem-lanh-dao", "Lãnh đạo tỉnh (thử nghiệm)", Role.LEADER),
    DemoUser(
        "lucnam",
        "thu-nghiem-luc-nam",
        "Cán bộ CNTT Lục Nam (thử nghiệm)",
        Role.OFFICER,
        facility="bg-ttyt-lucnam",
    ),
    DemoUser(
        "baohiem",
        "thu-nghiem-bao-hiem",
        "Cán bộ BHXH khu vực XI (thử nghiệm)",
        Role.AGENCY,
        agency="bhxh-kv11",
    ),
    DemoUser(
        "congan",
        "thu-nghiem-cong-an",
        "Cán bộ Công an tỉnh (thử nghiệm)",
        Role.AGENCY,
        agency="cong-an-tinh",
    ),
    DemoUser(
        "quantri", "thu-nghiem-quan-tri", "Quản trị hệ thống (thử nghiệm)", Role.ADMINISTRATOR
    ),
    DemoUser("hethong", "thu-nghiem-he-thong", "Hệ thống liên thông (thử nghiệm)", Role.CLIENT),
)


FIRST = DemoUser(
    "khoitao", "thu-nghiem-khoi-tao", "Người khởi tạo (thử nghiệm)", Role.ADMINISTRATOR
)
"""Who begins in an empty product: administrator and the Department in one."""


@transaction.atomic
def create_first(*, on: date) -> None:
    """Create the account that begins in an empty product, if it is not there. Its roles hold from `on`."""
    user, created = User.objects.get_or_create(
        username=FIRST.username, defaults={"full_name": FIRST.full_name, "is_staff": True}
    )
    if not created:
        return
    user.set_password(FIRST.password)
    user.save(update_fields=["password"])
    for role in (Role.ADMINISTRATOR, Role.DEPARTMENT):
        RoleAssignment.objects.create(user=user, role=role, valid_from=on)


@transaction.atomic
def create_users(*, on: date) -> None:
    """Create the demo accounts that are not there, with their roles, and the REST client's key.

    The key is good for a year from day `on`.
    """
    for demo in DEMO_USERS:
        user, created = User.objects.get_or_create(
            username=demo.username,
            defaults={
                "full_name": demo.full_name,
                "is_staff": demo.role in (Role.DEPARTMENT, Role.ADMINISTRATOR),
            },
        )
        if created:
            user.set_password(demo.password)
            user.save(update_fields=["password"])
        RoleAssignment.objects.get_or_create(
            user=user,
            role=demo.role,
            facility=Facility.objects.get(code=demo.facility) if demo.facility else None,
            agency=Agency.objects.get(code=demo.agency) if demo.agency else None,
            defaults={"valid_from": VALID_FROM},
        )
        if demo.answers_for:
            RoleAssignment.objects.get_or_create(
                user=user,
                role=Role.AGENCY,
                agency=Agency.objects.get(code=demo.answers_for),
                defaults={"valid_from": VALID_FROM},
            )
        if demo.role == Role.CLIENT:
            ApiToken.objects.update_or_create(
                digest=ApiToken.digest_of(API_KEY),
                defaults={
                    "user": user,
                    "label": "Demo",
                    "scope": ApiToken.Scope.PROGRAMME,
                    "prefix": API_KEY[: ApiToken.SHOWN],
                    "expires_on": on + timedelta(days=365),
                },
            )
