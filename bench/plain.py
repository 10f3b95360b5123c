"""Plain DRF on the product's tables: what `bench.api` is held against."""

from django.db.models import Model
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.serializers import ModelSerializer

from equipment.models import Asset, Procurement
from rollout.models import Alert


class Hundred(LimitOffsetPagination):
    default_limit = 100


def _serializer(of: type[Model]) -> type[ModelSerializer]:
    meta = type("Meta", (), {"model": of, "fields": "__all__"})
    return type(f"Plain{of.__name__}", (ModelSerializer,), {"Meta": meta})


def listed(of: type[Model]):
    rows = of._default_manager.order_by("pk")
    named = {"queryset": rows, "serializer_class": _serializer(of), "pagination_class": Hundred}
    return type(f"List{of.__name__}", (ListAPIView,), named | {"schema": None}).as_view()


def one(of: type[Model]):
    named = {"queryset": of._default_manager.all(), "serializer_class": _serializer(of)}
    return type(f"One{of.__name__}", (RetrieveAPIView,), named | {"schema": None}).as_view()


ASSETS, PROCUREMENTS, ALERTS = listed(Asset), listed(Procurement), listed(Alert)
PROCUREMENT = one(Procurement)
