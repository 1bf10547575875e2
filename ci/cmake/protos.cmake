# Protocol buffers: C structs by protoc-c, descriptor sets by protoc.

find_program(PROTOC protoc REQUIRED)
find_program(PROTOC_C protoc-c REQUIRED)

# rp_protos(target root files...): an object library of generated C; headers
# go to build/protos/, to be included by the path of the .proto file.
function(rp_protos target root)
    set(dir ${PROJECT_BINARY_DIR}/protos)
    file(MAKE_DIRECTORY ${dir})
    set(generated "")
    foreach(file IN LISTS ARGN)
        string(REGEX REPLACE "\\.proto$" ".pb-c" base ${file})
        add_custom_command(
            OUTPUT ${dir}/${base}.c ${dir}/${base}.h
            COMMAND ${PROTOC_C} --c_out=${dir} -I${root}
                -I${RP_PROTO_DIR} -I/usr/include ${root}/${file}
            DEPENDS ${root}/${file}
            COMMENT "protoc-c ${file}" VERBATIM)
        list(APPEND generated ${dir}/${base}.c ${dir}/${base}.h)
    endforeach()
    add_library(${target} OBJECT ${generated})
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_options(${target} PRIVATE -w)
    target_include_directories(${target} PUBLIC ${dir})
    target_link_libraries(${target} PRIVATE PkgConfig::PROTOBUFC)
endfunction()

# rp_descriptor_set(target out): every proto the program knows without asking:
# the official ones and our own, with imports and source order.
function(rp_descriptor_set target out)
    file(GLOB_RECURSE own RELATIVE ${PROJECT_SOURCE_DIR}/fixtures/proto
        CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/fixtures/proto/*.proto)
    set(official
        grpc/health/v1/health.proto
        grpc/reflection/v1/reflection.proto
        grpc/reflection/v1alpha/reflection.proto
        grpc/testing/empty.proto
        grpc/testing/messages.proto
        grpc/testing/test.proto)
    set(wellknown any duration empty field_mask struct timestamp wrappers
        descriptor)
    list(TRANSFORM wellknown PREPEND google/protobuf/)
    list(TRANSFORM wellknown APPEND .proto)
    set(sources ${own})
    list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/fixtures/proto/)
    get_filename_component(dir ${out} DIRECTORY)
    file(MAKE_DIRECTORY ${dir})
    add_custom_command(OUTPUT ${out}
        COMMAND ${PROTOC} --include_imports --descriptor_set_out=${out}
            -I${RP_PROTO_DIR} -I/usr/include
            -I${PROJECT_SOURCE_DIR}/fixtures/proto
            ${official} ${wellknown} ${own}
        DEPENDS ${sources}
        COMMENT "protoc descriptor set" VERBATIM)
    add_custom_target(${target} DEPENDS ${out})
endfunction()
