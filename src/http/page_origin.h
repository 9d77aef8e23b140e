#pragma once

#include "http/request.h"

#include <string_view>

namespace frontrow::http {

// With --dev the server believes every caller on its machine. A browser there may ask for a page
// from elsewhere, in two ways. It asks a loopback address: then it says for which page, in `Origin`
// or `Sec-Fetch-Site` (Fetch standard; Fetch Metadata). Or the page's own name was made to mean
// 127.0.0.1 (DNS rebinding): then to the browser it's the same origin, and `Host` has that name.

/// `Host` is this machine by a name that nobody else can own: localhost, 127.0.0.0/8 or [::1], with
/// or without a port. So is none at all, which no browser sends.
bool is_loopback_host(std::string_view host);

/// A browser asks for a page that this server didn't serve: one of another site, or of another port
/// of this machine. `Origin: null` is such a page.
bool is_for_another_page(const Request& request);

}  // namespace frontrow::http
