"""The slash at the end of addresses."""

from http import HTTPStatus

from django.middleware.common import CommonMiddleware


class SlashMiddleware(CommonMiddleware):
    """Django's, with 308 for what is no GET: the method and the body stay, so a write is never read as a GET."""

    def get_full_path_with_slash(self, request):
        return request.get_full_path(force_append_slash=True)

    def process_response(self, request, response):
        answer = super().process_response(request, response)
        is_redirect = answer is not response and answer.status_code == HTTPStatus.MOVED_PERMANENTLY
        if is_redirect and request.method not in ("GET", "HEAD"):
            answer.status_code = HTTPStatus.PERMANENT_REDIRECT
        return answer
