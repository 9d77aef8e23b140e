#pragma once

#include "http/request.h"

#include <string_view>

namespace frontrow::http {

// With --dev the server trusts every caller on its machine. But a web page from elsewhere can make
// a browser on this machine send requests, in two ways:
//
// First, the page can request a loopback address. The browser then names the page's origin in
// `Origin` or `Sec-Fetch-Site` (Fetch standard; Fetch Metadata).
//
// Second, the page's own host name can be made to resolve to 127.0.0.1 (DNS rebinding). For the
// browser, the server then has the same origin as the page, but `Host` has the page's host name.

/// Whether `Host` is a name of this machine that nobody else can own: localhost, 127.0.0.0/8 or
/// [::1], with or without a port. An absent `Host` counts too, since no browser omits it.
bool is_loopback_host(std::string_view host);

/// Whether a browser sends the request for a page that this server didn't serve: a page of another
/// site, or of another port of this machine. `Origin: null` counts as such a page.
bool is_for_another_page(const Request& request);

/// The same for a server behind a proxy, which may have changed `Host`: if the browser sends
/// `Sec-Fetch-Site`, that alone counts. Browsers send it to every server that is reached by HTTPS.
bool is_for_another_page_by_proxy(const Request& request);

}  // namespace frontrow::http
