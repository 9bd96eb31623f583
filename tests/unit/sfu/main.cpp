#define BOOST_TEST_MODULE sfu
#include <boost/test/unit_test.hpp>
