#pragma once

#include "http/session.h"

#include <boost/asio/ip/tcp.hpp>

namespace frontrow::http {

/// Keeps Asio's sockets, which take seconds to compile, out of session.h.
class Session::Socket {
public:
    explicit Socket(boost::asio::ip::tcp::socket one) : tcp{std::move(one)} {}

    boost::asio::ip::tcp::socket tcp;
};

}  // namespace frontrow::http
