def main():
    raise SystemExit("b2share: no commands yet")
