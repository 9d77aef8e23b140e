# frontrow_embed(TARGET name FILE path SYMBOL symbol [GZIP]): compiles a file's bytes into a target as `extern const
# std::string_view frontrow::assets::symbol`, so that the program runs from any folder. With GZIP, the symbol is a
# `frontrow::assets::WebFile`, which also holds the compressed bytes.
function(frontrow_embed)
    cmake_parse_arguments(arg "GZIP" "TARGET;FILE;SYMBOL" "" ${ARGN})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/assets/${arg_SYMBOL}.cc)
    set(script ${CMAKE_SOURCE_DIR}/cmake/embed_source.cmake)
    add_custom_command(
        OUTPUT ${source}
        COMMAND ${CMAKE_COMMAND} -DFILE=${arg_FILE} -DSYMBOL=${arg_SYMBOL} -DOUTPUT=${source} -DGZIP=${arg_GZIP} -P ${script}
        DEPENDS ${arg_FILE} ${script})
    target_sources(${arg_TARGET} PRIVATE ${source})
    # All generated sources use the same name for their bytes.
    set_source_files_properties(${source} TARGET_DIRECTORY ${arg_TARGET} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
