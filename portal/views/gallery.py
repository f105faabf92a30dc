"""The living page `/_ui/`: every component in every state, to look at and to run accessibility checks on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal import statuses
from portal.methods import require_safe
from portal.policy import OPERATOR, policy

LAYOUTS = {"public": "base_public.html", "sme": "base_sme.html", "desk": "base_desk.html"}
CHOICES = [("curated", "Lolos"), ("changes", "Minta perbaikan"), ("declined", "Belum lolos")]


class SampleForm(forms.Form):
    """One field of each kind. Not translated: sample content, as the names in it are."""

    name = forms.CharField(label="Nama usaha", help_text="Seperti tertulis pada NIB.", max_length=80)
    nib = forms.CharField(label="NIB", min_length=13, max_length=13, help_text="13 angka, misalnya 8120012345678.")
    price = forms.DecimalField(label="Harga satuan", localize=True)
    capacity = forms.DecimalField(label="Kapasitas", localize=True)
    province = forms.ChoiceField(
        label="Provinsi", choices=[("", "Pilih provinsi"), ("33", "Jawa Tengah"), ("34", "DI Yogyakarta")]
    )
    since = forms.DateField(label="Berdiri sejak", required=False, widget=forms.DateInput(attrs={"class": "short"}))
    story = forms.CharField(label="Tentang usaha", max_length=200, required=False, widget=forms.Textarea)
    decision = forms.ChoiceField(label="Keputusan", choices=CHOICES, widget=forms.RadioSelect(attrs={"class": "rad"}))
    markets = forms.MultipleChoiceField(
        label="Dijual ke",
        choices=[("a", "Perorangan"), ("b", "Toko"), ("c", "Industri")],
        widget=forms.CheckboxSelectMultiple,
    )
    photo = forms.FileField(
        label="Foto produk", required=False, widget=forms.ClearableFileInput(attrs={"data-shrink": ""})
    )
    agree = forms.BooleanField(label="Data yang saya isi benar", help_text="Anda dapat mengubahnya kapan saja.")


# Sample content only; still, in a portal that serves people it is for those who run it.
@policy(OPERATOR)
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    layout = request.GET.get("layout", "public")
    return render(request, "ui_gallery.html", gallery_context(LAYOUTS.get(layout, LAYOUTS["public"])))


def gallery_context(layout_template: str) -> dict[str, Any]:
    wrong = SampleForm({"name": "", "nib": "12", "price": "sepuluh", "decision": "?"})
    wrong.full_clean()
    wrong.add_error(None, "Jadwal berakhir sebelum mulai.")
    return {
        "layout_template": layout_template,
        "fields": SampleForm(prefix="new"),
        "wrong": wrong,
        "states": _looks(),
        "page": Paginator(range(1, 2400), 10).page(2),
        "last_page": Paginator(range(1, 8), 10).page(1),
        **_samples(),
    }


def _looks() -> list[dict[str, Any]]:
    """Each colour and icon of a tag once, at the first thing that has them: words change nothing about a look."""
    seen: set[tuple[str, ...]] = set()
    rows = []
    for thing, states in statuses.STATES.items():
        tags = []
        for name, state in states.items():
            look = state.tag, state.icon
            if look not in seen:
                seen.add(look)
                tags.append({"state": name})
        if tags:
            rows.append({"thing": thing, "tags": tags})
    return rows


def _samples() -> dict[str, Any]:
    now = timezone.now()
    day = timedelta(days=1)
    return {
        "due": (now + 4 * day).date(),
        "today": now.date(),
        "late": (now - day).date(),
        "now": now,
        "timeline": [
            {"state": "done", "label": "Lamaran diterima", "at": now - 19 * day},
            {"state": "done", "label": "Berkas diperiksa", "at": now - 17 * day, "note": "lengkap"},
            {"state": "done", "label": "Skor dihitung: 77,8 dari 100", "url": "#skor", "link": "Lihat rincian skor"},
            {
                "state": "now",
                "label": "Ditinjau kurator",
                "note": "Dijawab paling lambat 3 hari kerja setelah Anda kirim.",
            },
            {"state": "todo", "label": "Keputusan BUMN"},
            {"state": "todo", "label": "Tanda tangan tiga kementerian"},
        ],
        "tasks": [
            {"label": "Legalitas usaha", "hint": "NIB, NPWP, akta", "url": "#t", "state": "done"},
            {"label": "Kapasitas produksi", "hint": "Mesin dan hasil per bulan", "url": "#t", "state": "partly"},
            {"label": "Sertifikat dan uji mutu", "hint": "Belum ada berkas", "url": "#t", "state": "todo"},
            {"label": "Periksa jawaban", "state": "locked"},
        ],
        "suggestions": [
            {
                "points": 10,
                "label": "Unggah hasil uji mutu",
                "url": "#s",
                "why": "Uji tarik dari balai pemerintah diterima.",
                "minutes": 10,
            },
            {"points": 2, "label": "Tambah foto proses produksi", "url": "#s", "why": "Minimal 2 foto.", "minutes": 3},
        ],
        "signoffs": [
            {"name": "Kementerian UMKM", "state": "done", "who": "Ahmad Fauzi", "at": now - 7 * day},
            {"name": "Kementerian Perindustrian", "state": "back", "who": "Dwi Lestari", "at": now - 5 * day},
            {"name": "BP BUMN", "state": "now", "yours": True, "due": (now - day).date()},
            {"name": "Kementerian Koperasi", "state": "todo"},
        ],
        "entries": [
            {
                "at": now - day,
                "actor": "",
                "event": "Pengingat dikirim ke penanda tangan ketiga",
                "hash": "b7d1" * 15 + "09ac",
            },
            {
                "at": now - 5 * day,
                "actor": "Dwi Lestari · Kemenperin",
                "event": "Menandatangani",
                "hash": "41fe" * 15 + "c2d8",
            },
        ],
        "checks": [
            {"state": "ok", "text": "Lolos kurasi, skor 88,4 (batas 75,0)"},
            {"state": "ok", "text": "Naskah sama sejak tanda tangan pertama", "note": "SHA-256 5f1c…a97e"},
            {"state": "warn", "text": "Kontrak kedua UMKM ini dengan PLN pada 2026"},
            {"state": "fail", "text": "NIB tidak berlaku pada hari ini"},
        ],
        "kpis": [
            {"value": 7, "label": "menunggu tanda tangan Anda", "url": "#1", "hot": True},
            {"value": 2, "label": "lewat batas 5 hari kerja", "url": "#2", "hot": True},
            {"value": 41, "label": "kontrak aktif", "url": "#3"},
            {"value": "Rp186,4 miliar", "label": "nilai kontrak berjalan"},
        ],
        "facts": [
            {"label": "UMKM", "value": "CV Baja Karya Tegal", "url": "#u"},
            {"label": "Nilai", "value": "Rp4.320.000.000"},
            {"label": "Pembayaran", "value": None},
        ],
        "criteria": [
            {"name": "Legalitas", "weight": 15, "points": 15, "threshold": 9, "basis": "NIB berlaku; NPWP cocok"},
            {
                "name": "Mutu",
                "weight": 25,
                "points": 15,
                "threshold": 16,
                "basis": "SNI 07-0242 berlaku; uji tarik belum ada",
                "url": "#b",
                "evidence": "1 dari 2 berkas",
            },
            {"name": "Lokasi", "weight": 10, "points": 9, "threshold": None, "basis": ""},
        ],
        "chips": [
            {"label": "Semua", "count": 2400, "url": "?", "current": True},
            {"label": "Ditinjau", "count": 6, "url": "?status=in_review", "current": False},
        ],
        "counts": {
            "33": 31,
            "32": 27,
            "35": 26,
            "31": 18,
            "36": 14,
            "34": 12,
            "51": 11,
            "73": 9,
            "12": 9,
            "61": 5,
            "94": 1,
        },
        "quarters": [("T1 26", 21.2), ("T2 26", 28.9), ("T3 26", 33.5), ("T4 26*", 30.9)],
        "applicants": ["CV Baja Karya Tegal", "Koperasi Sentra Logam Batur"],
        "measures": [
            {"label": "Skor total", "cells": [{"text": "86,2", "best": True}, {"text": "82,5"}]},
            {"label": "Uji tarik", "cells": [{"text": ""}, {"text": "298 MPa", "best": True}]},
        ],
        "crumbs": [{"label": "Kebutuhan", "url": "#k"}, {"label": "KB-2026-0142", "url": "#k"}, {"label": "Pelamar"}],
    }
