# Warnings, sanitizers, ccache: the same for every target of the project.
add_compile_options(
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
    -Werror=switch -Werror=return-type -Werror=unused-result
    # Fields left out of a designated initializer have their defaults on purpose.
    -Wno-missing-designated-field-initializers
    -fno-omit-frame-pointer
)
if(FRONTROW_WERROR)
    add_compile_options(-Werror)
endif()

if(FRONTROW_SANITIZE)
    add_compile_options(-fsanitize=${FRONTROW_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${FRONTROW_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
    # Another checkout of the same source can use this checkout's cached objects.
    set(LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${LAUNCHER})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${LAUNCHER})
endif()

if(FRONTROW_TIDY)
    find_program(CLANG_TIDY clang-tidy-19 REQUIRED)
    set(checks ${CMAKE_SOURCE_DIR}/.clang-tidy ${CMAKE_SOURCE_DIR}/tests/.clang-tidy)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${checks})
    file(READ .clang-tidy of_all)
    file(READ tests/.clang-tidy of_tests)
    string(SHA256 hash "${of_all}${of_tests}")
    # The definition changes every command when the checks change, so that clang-tidy runs again on every file.
    set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet --warnings-as-errors=* --extra-arg=-DFRONTROW_TIDY_CHECKS=${hash})
endif()
