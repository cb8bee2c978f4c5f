raise SystemExit('imported')
