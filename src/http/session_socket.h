#pragma once

#include "http/session.h"
#include "io/tcp.h"

namespace frontrow::http {

/// Keeps Asio's sockets, which take seconds to compile, out of session.h.
class Session::Socket {
public:
    explicit Socket(io::TcpSocket one) : tcp{std::move(one)} {}

    io::TcpSocket tcp;
};

}  // namespace frontrow::http
