"""Shows the letters in the vendor's bucket, newest first, and serves their PDFs."""

import json
from datetime import datetime
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from chalicelib.wiring import Wiring
from local.letterbox.telephone import add_telephone
from local.pages import page, serve_static
from local.serving import Site, as_json
from print_vendor.bucket import object_key


def letterbox_site(s3: Any, bucket: str, address: str, wired: Wiring | None = None) -> Site:  # noqa: ANN401 - boto3 client
    """Make the letterbox of a bucket; `address` is where it is served. Where it has a telephone, that is `wired`."""
    site = Site()
    serve_static(site)
    if wired is not None:
        add_telephone(site, wired)

    @site.route("/letters.json")
    def letters_json(_: Request) -> Response:
        return as_json(_letters(s3, bucket, address))

    @site.route("/letters/<letter_id>.pdf")
    def letter_pdf(_: Request, letter_id: str) -> Response:
        try:
            found = s3.get_object(Bucket=bucket, Key=object_key(letter_id))
        except s3.exceptions.NoSuchKey:
            raise NotFound from None
        return Response(found["Body"].read(), content_type="application/pdf")

    @site.route("/")
    def letters_page(request: Request) -> Response:
        letters = [
            {**letter, "at": datetime.fromisoformat(letter["sent_at"])} for letter in _letters(s3, bucket, address)
        ]
        return page(request, "letterbox.html", letters=letters, telephone=wired is not None)

    return site


def _letters(s3: Any, bucket: str, address: str) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3 client
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="letters/").get("Contents", ())
    keys = {entry["Key"] for entry in listed}
    letters = [_letter(s3, bucket, address, key) for key in keys if key.endswith(".pdf")]
    return sorted(letters, key=lambda letter: str(letter["sent_at"]), reverse=True)


def _letter(s3: Any, bucket: str, address: str, key: str) -> dict[str, Any]:  # noqa: ANN401 - boto3 client
    letter_id = key.removeprefix("letters/").removesuffix(".pdf")
    slip = json.loads(s3.get_object(Bucket=bucket, Key=object_key(letter_id, "json"))["Body"].read())
    return {
        "letter_id": letter_id,
        "status": "printed",
        "addressee": slip["addressee"],
        "address": ", ".join(slip["address"]),
        "pdf": f"{address}/letters/{letter_id}.pdf",
        "sent_at": slip["printed_at"],
    }
