"""The hosted checkout page and its 3-D Secure step."""

from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from shop.demo.stripe import cards, deadlines, pages, sessions
from shop.demo.stripe.errors import Refusal
from shop.demo.stripe.replies import Document
from shop.demo.stripe.store import Store


class HostedPage:
    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, request: Request) -> Response:
        view, values = URLS.bind("").match(request.path, method=request.method)
        response: Response = view(self, request, **values)
        return response

    def show(self, _request: Request, session_id: str) -> Response:
        with self._store.lock:
            session = self._session(session_id)
            return self._page(session, pages.form(self._view(session), {}, {}))

    def pay(self, request: Request, session_id: str) -> Response:
        with self._store.lock:
            session = self._session(session_id)
            try:
                card = cards.read(request.form, now=self._store.clock.now())
                sessions.pay(self._store, session, card)
            except cards.InvalidCard as invalid:
                form = pages.form(self._view(session), request.form, invalid.messages)
                return self._page(session, form)
            except sessions.SessionClosed:
                return self._page(session, Markup())
            return redirect(self._next_address(session), 303)

    def show_challenge(self, _request: Request, session_id: str) -> Response:
        with self._store.lock:
            session = self._session(session_id)
            try:
                sessions.challenged_intent(self._store, session)
            except (sessions.NoChallenge, sessions.SessionClosed):
                return redirect(f"/c/pay/{session_id}", 303)
            return self._page(session, pages.challenge(self._view(session)))

    def finish_challenge(self, request: Request, session_id: str) -> Response:
        with self._store.lock:
            session = self._session(session_id)
            passed = request.form.get("outcome") == "complete"
            finish = sessions.pass_challenge if passed else sessions.fail_challenge
            try:
                finish(self._store, session)
            except (sessions.NoChallenge, sessions.SessionClosed):
                return redirect(f"/c/pay/{session_id}", 303)
            return redirect(self._next_address(session), 303)

    def stylesheet(self, _request: Request) -> Response:
        return _guarded(Response(pages.stylesheet(), mimetype="text/css"))

    def _session(self, session_id: str) -> Document:
        deadlines.settle(self._store)
        try:
            return self._store.get("checkout.session", session_id)
        except Refusal:
            raise NotFound(response=_html(pages.unknown(), status=404)) from None

    def _next_address(self, session: Document) -> str:
        if session["status"] == "complete":
            return sessions.success_url(session)
        intent = self._store.get("payment_intent", session["payment_intent"])
        step = "/3d-secure" if intent["status"] == "requires_action" else ""
        return f"/c/pay/{session['id']}{step}"

    def _view(self, session: Document) -> pages.View:
        params = self._store.session_params[session["id"]]
        return pages.View(session, params["line_items"], self._last_failure(session))

    def _last_failure(self, session: Document) -> str:
        if session["payment_intent"] is None:
            return ""
        intent = self._store.get("payment_intent", session["payment_intent"])
        error = intent["last_payment_error"]
        return str(error["message"]) if error else ""

    def _page(self, session: Document, main: Markup) -> Response:
        if session["status"] != "open":
            main = pages.closed(session)
        return _html(main, allowed=_origins(session))


PAGE, STEP = "/c/pay/<session_id>", "/c/pay/<session_id>/3d-secure"
URLS = Map(
    [
        Rule(PAGE, methods=["GET"], endpoint=HostedPage.show),
        Rule(PAGE, methods=["POST"], endpoint=HostedPage.pay),
        Rule(STEP, methods=["GET"], endpoint=HostedPage.show_challenge),
        Rule(STEP, methods=["POST"], endpoint=HostedPage.finish_challenge),
        Rule("/c/checkout.css", methods=["GET"], endpoint=HostedPage.stylesheet),
    ]
)


def _html(main: Markup, *, status: int = 200, allowed: str = "") -> Response:
    response = Response(pages.document(main), status=status, mimetype="text/html")
    return _guarded(response, allowed=allowed)


def _guarded(response: Response, *, allowed: str = "") -> Response:
    # Chromium applies form-action to the redirect that follows the post as well.
    policy = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none';"
        f" form-action 'self' {allowed}"
    )
    response.headers["Content-Security-Policy"] = policy.strip()
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _origins(session: Document) -> str:
    urls = [urlsplit(url) for url in (session["success_url"], session["cancel_url"]) if url]
    return " ".join(dict.fromkeys(f"{url.scheme}://{url.netloc}" for url in urls))
