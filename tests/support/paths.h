#pragma once

namespace frontrow::test {

/// Where the checkout and the build are. Only paths.cc is compiled with these, so that ccache can
/// share the objects of all other tests between checkouts.
extern const char* const kCheckout;
extern const char* const kBuildFolder;
/// The program of this build.
extern const char* const kFrontrowProgram;

}  // namespace frontrow::test
