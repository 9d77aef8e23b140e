# Frontrow's dependencies, from Debian 12's packages (scripts/install-deps.sh).
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(CURL 7.87 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(CLI11 REQUIRED)
# Used header-only.
find_package(tomlplusplus REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq>=15)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
# Compresses a seat map, whose letters are random, in a third of zlib's time.
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
# Compresses facts to a sixth, and decompresses them at 2 GB a second.
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
# Unicode normalization form C.
pkg_check_modules(libutf8proc REQUIRED IMPORTED_TARGET libutf8proc)
# QR codes of tickets, as SVG and as PNG.
pkg_check_modules(libqrencode REQUIRED IMPORTED_TARGET libqrencode)
pkg_check_modules(libpng REQUIRED IMPORTED_TARGET libpng)

# Threads of a sale free memory that other threads allocated; mimalloc made a reservation 5 % cheaper. A sanitizer
# brings its own allocator.
if(NOT FRONTROW_SANITIZE)
    find_package(mimalloc 2.0 REQUIRED)
endif()

# The system's interpreter, by its path: python3-yaml is installed for it, not for another one that comes first in PATH.
find_program(PYTHON3 python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# Through Boost's imported target, so that warnings in its headers are suppressed.
add_library(frontrow_asio INTERFACE)
target_link_libraries(frontrow_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(frontrow_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
    # Asio caches the memory of finished coroutines for the next ones. The requests of a batch run at the same time, so
    # the cache serves only the first of them and one slot is enough. The others use new with its own alignment, instead
    # of aligned_alloc.
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=1
    BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN)
add_library(frontrow::asio ALIAS frontrow_asio)
