"""The `url` tag with addresses from memory, in place of Django's in every template."""

from django import template
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape

from roadshow.core.view_addresses import reverse

register = template.Library()


class AddressNode(URLNode):
    def render(self, context):
        args = [arg.resolve(context) for arg in self.args]
        kwargs = {name: value.resolve(context) for name, value in self.kwargs.items()}
        request = getattr(context, "request", None)
        match = getattr(request, "resolver_match", None)
        current_app = getattr(request, "current_app", None) or (match and match.namespace) or None
        try:
            address = reverse(self.view_name.resolve(context), args, kwargs, current_app)
        except NoReverseMatch:
            if self.asvar is None:
                raise
            address = ""
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address


@register.tag
def url(parser, token):
    node = parse_url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)
