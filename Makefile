# What each target does is in packaging/bootstrap.py. Arguments go in ARGS: make run ARGS=draft.md, make test ARGS="-k ghost"

PYTHON ?= python3
ARGS ?=

.PHONY: help run test test-long test-window test-servers demo check lint types screenshots bench-peers clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

run: ## open the window (the demo, where there is no display)
test: ## the tests, but not those that take minutes
test-long: ## the tests that take minutes
test-window: ## the program on a virtual display with real keys, pictures in build/window
test-servers: ## the program with real servers of models, pictures in build/servers
demo: ## the main job off-screen, with pictures in build/demo
check: ## lint and types
lint: ## ruff
types: ## mypy
screenshots: ## the demo, its pictures into resources/screenshots
bench-peers: ## llama.cpp into .venv-peers, for `afterword bench latency`
clean: ## remove what was built, but not .venv

run test test-long test-window test-servers demo check lint types screenshots bench-peers clean:
	@command -v $(PYTHON) >/dev/null || { echo "Afterword needs Python 3.11 or newer; on Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) packaging/bootstrap.py $@ $(ARGS)
