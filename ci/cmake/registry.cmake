# rp_registry(target folder type prefix header): a table of everything in a
# folder.
#
# Every folder/NAME.c defines one `const TYPE PREFIX_NAME` (dashes become
# underscores); this writes `const TYPE *const TYPE_registry[]`, sorted by file
# name and ended by NULL. To add one, add a file: a missing symbol fails at
# link time, by name.
function(rp_registry target folder type prefix header)
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${folder}/*.c)
    list(SORT files)
    set(externs "")
    set(rows "")
    foreach(file IN LISTS files)
        get_filename_component(name ${file} NAME_WE)
        string(MAKE_C_IDENTIFIER ${name} name)
        string(APPEND externs "extern const ${type} ${prefix}_${name};\n")
        string(APPEND rows "    &${prefix}_${name},\n")
    endforeach()
    if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${header})
        return()
    endif()
    set(out ${PROJECT_BINARY_DIR}/registry/${type}.c)
    file(CONFIGURE OUTPUT ${out} @ONLY CONTENT
"#include \"${header}\"

#include <stddef.h>

${externs}
const ${type} *const ${type}_registry[] = {
${rows}    NULL,
};
")
    target_sources(${target} PRIVATE ${out})
endfunction()
