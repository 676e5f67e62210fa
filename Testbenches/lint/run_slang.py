"""slang as a program, which its package on PyPI does not have: the arguments are its own, the status is 1 after an error."""

import sys

import pyslang

driver = pyslang.driver.Driver()
driver.addStandardArgs()
isRead = driver.parseCommandLine(" ".join(["slang", *sys.argv[1:]])) and driver.processOptions() and driver.parseAllSources()
sys.exit(0 if isRead and driver.runFullCompilation(False) else 1)
