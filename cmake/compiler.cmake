# Warnings are errors, hardening is on, sanitizers by BARTIZAN_SANITIZE.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
                    -Wimplicit-fallthrough -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 takes the payload of an empty std::optional for a variable that is read uninitialised, and the
    # parts of a std::string sum for ones that overlap.
    add_compile_options(-Wno-maybe-uninitialized -Wno-restrict)
else()
    # GCC 12's library uses what it calls deprecated itself.
    add_compile_options(-Wno-deprecated-declarations)
endif()
add_compile_definitions(QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_FOREACH QT_STRICT_ITERATORS
                        QT_NO_NARROWING_CONVERSIONS_IN_CONNECT
                        BARTIZAN_VERSION="${PROJECT_VERSION}")
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection)
    add_link_options(-Wl,-z,relro,-z,now)
endif()
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT BARTIZAN_SANITIZE)
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()

if(BARTIZAN_FUZZERS)
    # The libraries too: a fuzzer that does not see which branches they take only guesses.
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(BARTIZAN_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(BARTIZAN_SANITIZE STREQUAL "thread")
    add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
    add_link_options(-fsanitize=thread)
    # gcc 12 warns of std::atomic_thread_fence, which tsan cannot model; Qt's headers use it.
    add_compile_options(-Wno-tsan)
elseif(BARTIZAN_SANITIZE)
    message(FATAL_ERROR "BARTIZAN_SANITIZE is '${BARTIZAN_SANITIZE}'; it can be address, thread or empty")
endif()
