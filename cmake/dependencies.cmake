# Everything Frontrow stands on, from Debian 12's packages (scripts/install-deps.sh).
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(CLI11 REQUIRED)
# Its headers alone are used.
find_package(tomlplusplus REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libjwt REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq>=15)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
# Compresses a buffer whose letters come as they like in a third of zlib's time.
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
# Facts shrink to a sixth, and come back at 2 GB a second.
pkg_check_modules(libzstd REQUIRED IMPORTED_TARGET libzstd)
# Unicode's normal form C.
pkg_check_modules(libutf8proc REQUIRED IMPORTED_TARGET libutf8proc)

# The threads of a sale allocate here and free there; mimalloc made a reservation 5 % cheaper. A sanitizer brings its own allocator.
if(NOT FRONTROW_SANITIZE)
    find_package(mimalloc 2.0 REQUIRED)
endif()

# The system's interpreter by its path: python3-yaml belongs to it and not to whichever comes first in PATH.
find_program(PYTHON3 python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# Boost's headers are not ours to warn about.
add_library(frontrow_asio INTERFACE)
target_link_libraries(frontrow_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(frontrow_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
    # Asio keeps frames for the next request; but a batch's requests are under way together, and what it keeps is gone
    # with the first of them. The others' come from new, aligned as that does it, and not from aligned_alloc.
    BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=1
    BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN)
add_library(frontrow::asio ALIAS frontrow_asio)
