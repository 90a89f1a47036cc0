// The rules that a finding of the program can carry, with what each means and
// what to do: the one table behind the manual's page and the outputs that
// explain. Rules of result files and of what is beside them stand here, those of
// a board's content in rules_content.go.

package review

import "slices"

// RuleDoc explains a rule.
type RuleDoc struct {
	ID      string
	Level   string // error, warn, note, or several
	Meaning string
	Remedy  string
}

// RuleGroup is a part of the table.
type RuleGroup struct {
	Title, About string
	Rules        []RuleDoc
}

// Levels of rules as the table writes them.
const (
	isError  = "error"
	isWarn   = "warn"
	isNote   = "note"
	isEither = "error or warn"
)

// Rules returns every rule, in the order of the manual.
func Rules() []RuleDoc {
	var out []RuleDoc
	for _, g := range RuleGroups() {
		out = append(out, g.Rules...)
	}
	return out
}

// RuleGroups returns the table by parts.
func RuleGroups() []RuleGroup {
	return slices.Concat(resultRules(), contentRules())
}

func resultRules() []RuleGroup {
	return []RuleGroup{
		{"Measurement", "The rules V01 to V24 of how results are measured. V02 to V23 need the samples file; what a result says of its own checks is never trusted.", []RuleDoc{
			{"V01", isError, "The file is not a result file: not JSON, not UTF-8, too large, nested too deep, a key that is unknown, missing, twice or of the wrong type, an id that is not that of the content, or text that looks like a key or names a path in somebody's home folder or on a drive.",
				"Correct the line the finding points at, or write the file again with `jouleboard measure` or `jouleboard import`. Nobody edits a result by hand: its id would no longer be that of its content."},
			{"V02", isEither, "The samples file is not there, cannot be read, or is another one than the result names (digest, number of records).", "Put the file that was written together with the result beside it. A result whose `samples.url` names an address gets a warning only, unless `--samples=require` asks for the file."},
			{"V03", isError, "A number of the result is not the one that its samples give, to the last bit, or is called measured though they give none.", "Restore the file as it was written, or measure again. A number of your own under a key with x_ is declared, estimated, or derived with its formula."},
			{"V04", isError, "Times are out of order or negative, or the wall clock moved during the run.", "Measure again on a machine whose clock is kept steady; records are not repaired."},
			{"V05", isError, "A request is called successful and is not by the rules, or has an unknown outcome.", "Measure again with a server that ends its answers properly."},
			{"V06", isEither, "Tokens were counted by chunks or by a tokenizer of ours and not by the server.", "Let the server report its usage; ranked results need it."},
			{"V07", isError, "Tokens do not add up: events against totals, reasoning against output, cached against input.", "Measure again; if it recurs, the server's usage is wrong."},
			{"V08", isEither, "More than 1 % (error: 5 %) of the requests failed, or a run ended early.", "Look at the outcomes, lower the load or mend the server, and measure again."},
			{"V09", isError, "The window is too short: 5 s for any energy, 60 s for a ranked result.", "Send more requests."},
			{"V10", isEither, "The window is not the one that the rules give, the load was not held in it, or its halves differ.", "Send more requests, with a longer warm-up."},
			{"V11", isError, "Outputs do not have the length that the task fixes.", "Use a server that obeys `ignore_eos`, or a task of free length."},
			{"V12", isEither, "Energy by the counter and by the integral of power differ by more than 5 % (error: 10 %).", "Measure again; if it recurs, the driver's figures cannot be trusted on this device."},
			{"V13", isError, "The energy counter fell, froze or jumped.", "Measure again without reloading the driver."},
			{"V14", isEither, "Power was read too seldom, or not before and after the window.", "Leave a core free for the sampler, and measure again."},
			{"V15", isError, "Mean power is above the limit or below idle, or reads gave zero.", "Look at which devices were read."},
			{"V16", isError, "Energy cannot be attributed: MIG, a virtual GPU, or a part of a device.", "Measure on whole devices."},
			{"V17", isEither, "Another process was on a device, or processes could not be seen.", "Have the devices to yourself."},
			{"V18", isError, "The set of devices contradicts itself: twice the same, not as many as stated, or not those that the server ran on.", "Name the devices that the server uses, all of them."},
			{"V19", isEither, "Driver, limit, ECC or clocks changed in a run, or the power limit is below the default.", "Leave the settings alone while measuring."},
			{"V20", isEither, "The device was slowed down by heat or its power brake.", "Mend the cooling, and measure again."},
			{"V21", isEither, "The client itself added to the times.", "Run the client on a less busy machine."},
			{"V22", isError, "Prompts of warm-up and run overlap, repeat undeclared, or were cached where the policy is cold.", "Use distinct prompts, and turn prefix caching off or declare it."},
			{"V23", isEither, "Fewer than three runs, or runs that differ too much.", "Measure three runs on a quiet machine."},
			{"V24", isError, "Absent and zero are confused: energy of 0, energy where there can be none, none where the class needs it. Or a declared number, such as a PUE, lacks its source or is called measured.", "Leave out what was not measured, use the class that fits, and say where a declared number stands."},
		}},
		{"One file", "What a result file says of itself, and where it lies.", []RuleDoc{
			{"RES-PATH", isEither, "The file does not lie where its content belongs, or its name does not end in the first 8 digits of its id.", "Move it to `results/ORG/NAME/HARDWARE/TASK-ID8.json`; the finding names the place."},
			{"RES-DUP", isError, "Two files have the same id: they are the same result.", "Remove one of them."},
			{"RES-LINK", isError, "A symbolic link leads out of the results folder, to a folder, or nowhere.", "Put the file itself there."},
			{"RES-READ", isError, "The file cannot be read, or is no regular file.", "Check its permissions, or remove it."},
			{"RES-TREE", isWarn, "The board has no results folder.", "Add results; an empty board is fine."},
			{"RES-CONTRADICTION", isEither, "Two numbers of the file contradict each other, such as energy per response and per 1,000 requests.", "One is wrong, or in another unit: import or measure again."},
			{"RES-DATE", isError, "A date does not exist, or stands before what it must follow.", "Write dates as the calendar has them."},
			{"RES-FORMULA", isEither, "A derived number is not what its formula gives, or has none.", "Give the formula over the keys of the same file."},
			{"RES-INTERVAL", isError, "An interval is upside down or does not hold its value.", "Write `[lo, hi]` around the value."},
			{"RES-ORDER", isError, "Percentiles are not in order, or a mean lies outside of its extremes.", "Import or measure again."},
			{"RES-PROV", isError, "Where a number comes from does not fit the result: measured in a reported one, reported in a measured one.", "Use `reported` with a source, or measure."},
			{"RES-SAMPLING", isEither, "Sampling contradicts itself: greedy with a temperature.", "Say what the run used."},
			{"RES-SUPPORT", isError, "A percentile needs more values than there were.", "Leave it out."},
			{"RES-TEXT", isError, "Text holds characters that deceive or break: control, direction, invisible, or wrongly decoded ones.", "Remove them."},
			{"RES-URL", isError, "An address is not http or https, or holds a password.", "Give the public address."},
		}},
		{"Against the rest of the board", "What only shows beside the other files. Paths, links and names are those of strangers until these have passed.", []RuleDoc{
			{"REV-SAMPLES", isError, "Two results name the same samples file: one run was handed in twice.", "Keep one of them."},
			{"REV-RUN", isError, "Every window of two results begins and ends at the same microsecond with the same tokens: one run under two names.", "Keep one of them."},
			{"REV-COPY", isError, "Half or more of the request times, of the gaps between tokens or of the power trace are those of another result. Two honest runs share next to none, as times are microseconds.", "Remove the copy. If both are honest, say so in a discussion before merging."},
			{"REV-SEARCH", isNote, "There were too many results of the task to look for copies in all of them.", "Run `jouleboard validate` on the whole board from time to time."},
			{"REV-ROW", isWarn, "Two reported results are the same row of the same source, by everything but their numbers.", "Keep one, or say in both what sets them apart."},
			{"REV-VALUES", isWarn, "Two results of different models have all numbers in common.", "Look both up in the source."},
			{"REV-BETTER", isWarn, "A model needs ten times less energy than the median of the best of three or more other models of its size, on the same task, hardware and boundary.", "Check unit, boundary and token count. If it is right, merge it: this is a question and no verdict."},
			{"REV-DRAFT", isWarn, "The result is a draft (simulated, or cut short) and is on no board.", "Measure without `--demo` and `--limit`."},
			{"REV-GONE", isWarn, "A change takes a result away without a withdrawal, so that its permalink leads nowhere.", "Add a withdrawal to `content/moderation.yaml`."},
			{"REV-NAME", isError, "The name of a file or folder holds a line break, a control character, bytes that are not UTF-8, or what a shell or log could take for a command.", "Use letters, digits, dots, hyphens and underscores."},
			{"REV-LINK", isError, "The samples file is a link or a special file. It is not followed.", "Put the file itself there."},
			{"REV-SIZE", isError, "A file of content, labels, templates or assets has more than 16 MiB, so that the board was not loaded at all.", "Keep data of this size elsewhere."},
			{"REV-STRAY", isWarn, "Nothing reads this file: it is no result, or samples without one.", "Remove it, or add what belongs to it."},
		}},
		{"Against the catalogue", "What results name, and what the catalogue and `content/moderation.yaml` say.", catalogueRules()},
		{"Signatures", "What stands beside a result that its author signed. A result needs no signature.", []RuleDoc{
			{"SIGN-BAD", isError, "The signature is not one of the file beside it, for this purpose.", "Sign the file again with `ssh-keygen -Y sign -n jouleboard-result`, or remove the signature."},
			{"SIGN-UNKNOWN", isWarn, "The signature is good, but nobody in `content/allowed_signers` has its key on the day of the result.", "Add the key there if you know whose it is."},
			{"SIGN-SIGNERS", isWarn, "There are signatures, and no `content/allowed_signers` says whose keys count.", "Add the file."},
			{"SIGN-TOOL", isWarn, "Signatures could not be checked on this machine.", "Install OpenSSH 8.9 or later."},
		}},
	}
}

func catalogueRules() []RuleDoc {
	return []RuleDoc{
		{"CAT-MODEL", isWarn, "The model is not in the catalogue, so its licence and links are unknown.", "Add `content/catalog/models/ORG/NAME.yaml`."},
		{"CAT-RENAMED", isNote, "The model has another id now, and its catalogue entry lists this one under `aliases`.", "Nothing is needed: the file stays; pages and boards use the new id."},
		{"CAT-LICENSE", "error, warn or note", "A licence is not stated, not in the table, or its entry contradicts itself.", "Use an SPDX id, or add the licence to `content/catalog/licenses.yaml`."},
		{"CAT-HARDWARE", isWarn, "The hardware is not in the catalogue.", "Add `content/catalog/hardware/ID.yaml`, or an alias."},
		{"CAT-DEVICE", isError, "The driver reported another device than the result states.", "State what the driver reports."},
		{"CAT-CAVEAT", isError, "A caveat of the source is not in the catalogue.", "Add it to `content/catalog/caveats.yaml`."},
		{"CAT-QUALITY", isWarn, "A benchmark is not in the catalogue.", "Add it to `content/catalog/benchmarks.yaml`."},
		{"CAT-TASK", isError, "The task is not declared.", "Use the id of a task in `content/catalog/tasks`, or declare it."},
		{"CAT-PROMPT", isWarn, "The system prompt is not that of the task, or is not stated.", "Use the task's prompt; the result is listed apart otherwise."},
		{"CAT-REFERENCE", isWarn, "The task compares on one hardware only, and this is another.", "None is needed: the result is listed apart, without a rank."},
		{"CAT-CLASS", isEither, "The size class does not exist in the task, or the model is too large for it.", "Use the class that the task gives for the number of parameters."},
		{"CAT-SINGLEGPU", isWarn, "The size class runs on one accelerator, and this result used more.", "Measure on one; the result is not ranked otherwise."},
		{"CAT-DATE", isWarn, "A result is older than its model, hardware or task.", "Correct the date; a source's own is kept as published."},
		{"CAT-COMMAND", isError, "The command runs another model than the result is of.", "Correct the model, or keep the provider's id in `model.provider_model`."},
		{"CAT-WITHDRAWN", isError, "The result was withdrawn, and its file is there (again).", "Delete the file and its samples; a withdrawal is taken back in `content/moderation.yaml` only, with a discussion."},
		{"CAT-FLAG", isEither, "A flag names no result, or several.", "Give the full id; make it a withdrawal if the file is gone."},
		{"CAT-REQUEST", isEither, "A request's states, dates or result do not fit together.", "Follow pending, running, finished or failed, with dates in order."},
		{"CAT-ALIAS", isError, "A name stands for two entries of the catalogue.", "Keep it at one."},
		{"CAT-DUP", isError, "A key or an entry stands twice.", "Keep one."},
		{"CAT-FILE", isEither, "A file of the catalogue cannot be read, is a link, or is read by nothing.", "Put a regular file where its kind belongs."},
		{"CAT-KEY", isError, "A key is unknown.", "Correct its spelling; the finding names the nearest."},
		{"CAT-METRIC", isError, "A metric is not in the registry.", "Use a key of the metrics table."},
		{"CAT-MISSING", isError, "A required key is missing.", "Add it."},
		{"CAT-NAME", isError, "An entry's id and the name of its file differ, or it is no id.", "Make them equal."},
		{"CAT-RATIONALE", isWarn, "A task does not say why it is asked.", "Add a rationale."},
		{"CAT-REF", isError, "An entry names another one that is not there.", "Add that one, or correct the id."},
		{"CAT-TEXT", isError, "Text is not UTF-8 or holds characters that have no place in it.", "Save as UTF-8, and remove them."},
		{"CAT-TYPE", isError, "A value is of another kind than expected.", "Write the kind that the finding names."},
		{"CAT-VALUE", isError, "A value breaks a rule of its key.", "Follow the finding's hint."},
		{"CAT-YAML", isError, "The file is no YAML, or YAML that is not read here (anchors, tags).", "Write plain YAML."},
	}
}
