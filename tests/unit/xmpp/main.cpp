#define BOOST_TEST_MODULE xmpp
#include <boost/test/unit_test.hpp>
