/* test.h - what every CMocka program here begins with. */
#ifndef REFERENCE_TESTS_TEST_H
#define REFERENCE_TESTS_TEST_H

/* clang-format off: cmocka.h needs these four before it, in this order */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A main() that runs the tests given, each `cmocka_unit_test(...)`. */
#define RP_TEST_MAIN(...)                                                      \
    int main(void)                                                             \
    {                                                                          \
        const struct CMUnitTest tests[] = {__VA_ARGS__};                       \
                                                                               \
        return cmocka_run_group_tests(tests, NULL, NULL);                      \
    }

#endif
