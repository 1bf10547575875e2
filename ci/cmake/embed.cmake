# rp_embed(target name root files...): puts files into the program.
#
# Makes `const rp_embed rp_embed_NAME[]` and `rp_embed_NAME_count`
# (reference/base/embed.h), sorted by path relative to `root`. The assembler
# includes the octets, so a changed file only re-assembles one object.
function(rp_embed target name root)
    set(files ${ARGN})
    list(SORT files)
    get_filename_component(root ${root} ABSOLUTE)
    set(out ${PROJECT_BINARY_DIR}/embed/${name}.c)
    set(text "#include \"reference/base/embed.h\"\n\n")
    set(rows "")
    set(i 0)
    foreach(file IN LISTS files)
        file(RELATIVE_PATH path ${root} ${file})
        string(APPEND text
            "__asm__(\".section .rodata\\n.balign 16\\n\"\n"
            "        \"rp_embed_${name}_${i}: .incbin \\\"${file}\\\"\\n\"\n"
            "        \"rp_embed_${name}_${i}_end: .byte 0\\n.text\\n\");\n"
            "extern const uint8_t rp_embed_${name}_${i}[], "
            "rp_embed_${name}_${i}_end[];\n")
        string(APPEND rows
            "    {\"${path}\", rp_embed_${name}_${i}, "
            "rp_embed_${name}_${i}_end},\n")
        math(EXPR i "${i} + 1")
    endforeach()
    string(APPEND text
        "\nconst rp_embed rp_embed_${name}[] = {\n${rows}"
        "    {0, 0, 0},\n};\n"
        "const size_t rp_embed_${name}_count = ${i};\n")
    file(CONFIGURE OUTPUT ${out} CONTENT "${text}" @ONLY)
    set_source_files_properties(${out} PROPERTIES
        OBJECT_DEPENDS "${files}"
        COMPILE_OPTIONS
            "-w;$<$<C_COMPILER_ID:GNU>:-fno-lto;-fno-toplevel-reorder>")
    target_sources(${target} PRIVATE ${out})
endfunction()
