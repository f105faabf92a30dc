from __future__ import annotations

from typing import Any

from rest_framework import renderers, serializers


class TextQuery(serializers.Serializer):
    revision = serializers.IntegerField(min_value=1, max_value=32767, required=False)


class PdfRenderer(renderers.BaseRenderer):
    """For the negotiation alone: the typesetter has drawn it already. What goes wrong is said as JSON."""

    media_type, format, charset, render_style = "application/pdf", "pdf", None, "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        return data if isinstance(data, bytes) else renderers.JSONRenderer().render(data)
