#pragma once

#include "http/context.h"

namespace frontrow::http {

/// The caller of a request without credentials, as a guest. Guests are told apart by the cookie
/// `frontrow_guest`, a secret of 128 random bits. If the request has none, this makes a new guest,
/// and the answer sets the cookie.
identity::Principal identify_guest(Context& context);

}  // namespace frontrow::http
