# Called once per module, from the module's folder. DEPENDS is the complete list of modules whose headers it may
# include: a target's include path contains only links to its own headers, and linking adds those of its dependencies.
# So an include of any other module, like one that points upward, doesn't compile. A nested folder (store/sqlite) is a
# separate module, named store_sqlite.
function(frontrow_module name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
    file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
    set(root ${CMAKE_BINARY_DIR}/include/${name})

    file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
    file(REMOVE_RECURSE ${root})
    file(MAKE_DIRECTORY ${root}/${folder})
    foreach(header ${headers})
        get_filename_component(file ${header} NAME)
        file(CREATE_LINK ${header} ${root}/${folder}/${file} SYMBOLIC)
    endforeach()

    set(kind PUBLIC)
    if(arg_SOURCES)
        add_library(frontrow_${name} STATIC ${arg_SOURCES})
    else()
        add_library(frontrow_${name} INTERFACE)
        set(kind INTERFACE)
    endif()
    add_library(frontrow::${name} ALIAS frontrow_${name})
    target_compile_features(frontrow_${name} ${kind} cxx_std_23)
    target_include_directories(frontrow_${name} ${kind} ${root})
    list(TRANSFORM arg_DEPENDS PREPEND frontrow::)
    target_link_libraries(frontrow_${name} ${kind} ${arg_DEPENDS} ${arg_LIBRARIES})
endfunction()
