from tests.storm.promise import Promise

PROMISE = Promise("lasts", "", lambda f: "")
