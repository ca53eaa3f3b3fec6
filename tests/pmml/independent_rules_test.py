#!/usr/bin/env python3
"""Random association and sequence rules over random transactions, beside what a few lines of Python make of the text of PMML 4.4.

Usage: independent_rules_test.py KILN
"""
import itertools
import random

from independent import conclude, data_field, document, expect, output, scores

ITEMS = "abcdef"
MEASURES = ["confidence", "support", "lift", "leverage", "affinity"]
GROUP = '<MiningField name="t" usageType="group"/>'


def attributes(values):
    return "".join(f' {name}="{value}"' for name, value in values.items())


def random_rules(sides, count):
    """Rules with measures that tie; lift, leverage and affinity may be absent."""
    rules = []
    for number in range(count):
        measures = {m: random.choice([0.25, 0.5, 0.75]) for m in MEASURES if m in MEASURES[:2] or random.random() < 0.7}
        rules.append({"id": f"r{number + 1}" if random.random() < 0.7 else None, "sides": random.sample(sides, 2), "measures": measures})
    return rules


def name(rules, rule):
    return rule["id"] or str(rules.index(rule) + 1)


def chosen(rules, fits, algorithm, basis, order):
    """`fits` says of a rule whether its antecedent is met, and whether its consequent is met with it."""
    kept = []
    for rule in rules:
        antecedent, consequent = fits(rule)
        if antecedent and (algorithm == "recommendation" or consequent == (algorithm == "ruleAssociation")):
            kept.append(rule)
    known = [r for r in kept if basis in r["measures"]]
    known.sort(key=lambda r: r["measures"][basis], reverse=order == "descending")
    return known + [r for r in kept if basis not in r["measures"]]


CHOICES = list(itertools.product(["exclusiveRecommendation", "recommendation", "ruleAssociation"], MEASURES, ["descending", "ascending"]))


def shown_of(choices):
    fields = []
    for i, (algorithm, basis, order) in enumerate(choices):
        how = f'algorithm="{algorithm}" rankBasis="{basis}" rankOrder="{order}"'
        fields += [(f"id{i}", f'feature="ruleId" {how}'), (f"second{i}", f'feature="entityId" rank="2" {how}'), (f"lift{i}", f'feature="ruleValue" ruleFeature="lift" {how}'),
                   (f"many{i}", f'feature="ruleId" rank="3" isMultiValued="1" {how}'), (f"all{i}", f'feature="support" rank="0" isMultiValued="1" {how}')]
    return fields


def compare(what, rules, row, choices, fits):
    for i, choice in enumerate(choices):
        found = chosen(rules, fits, *choice)
        at = lambda k: found[k] if k < len(found) else None
        expect(f"{what} {choice}: best", row[f"id{i}"], at(0) and name(rules, at(0)))
        expect(f"{what} {choice}: second", row[f"second{i}"], at(1) and name(rules, at(1)))
        expect(f"{what} {choice}: lift", row[f"lift{i}"], at(0) and at(0)["measures"].get("lift"))
        for k in range(len(rules)):
            if k < 3:
                expect(f"{what} {choice}: of the first three", row[f"many{i}[{k}]"], at(k) and name(rules, at(k)))
            expect(f"{what} {choice}: of all", row[f"all{i}[{k}]"], at(k) and at(k)["measures"]["support"])


# ---- association: a transaction is the rows of a group, or what the columns of one row say

def association(rules, sets, mining, shown, items):
    text = "".join(f'<Itemset id="{i}">' + "".join(f'<ItemRef itemRef="{ITEMS.index(x)}"/>' for x in s) + "</Itemset>" for i, s in enumerate(sets))
    for rule in rules:
        own = {} if rule["id"] is None else {"id": rule["id"]}
        text += f'<AssociationRule{attributes({**own, "antecedent": rule["sides"][0], "consequent": rule["sides"][1], **rule["measures"]})}/>'
    return f'<AssociationModel functionName="associationRules"><MiningSchema>{mining}</MiningSchema>{output(*shown)}{items}{text}</AssociationModel>'


def associations():
    random.seed(21)
    for trial in range(2):
        sets = [set()] + [set(random.sample(ITEMS, random.randint(1, 3))) for _ in range(9)]
        rules = random_rules(range(len(sets)), 12)
        baskets = [random.sample(ITEMS, random.randint(0, 6)) + random.sample("xyz", random.randint(0, 1)) for _ in range(25)]
        choices = random.sample(CHOICES, 8)
        fits = lambda basket: lambda rule: (sets[rule["sides"][0]] <= basket, sets[rule["sides"][1]] <= basket)
        items = "".join(f'<Item id="{i}" value="{x}"/>' for i, x in enumerate(ITEMS))
        grouped = association(rules, sets, GROUP + '<MiningField name="item"/>', shown_of(choices), items)
        rows = [(t, item) for t, basket in enumerate(baskets) for item in basket or [None]]
        random.shuffle(rows)
        order = list(dict.fromkeys(t for t, _ in rows))
        fields = data_field("t", "categorical", "integer") + data_field("item", "categorical", "string")
        for t, row in zip(order, scores(document(fields, grouped), ["t", "item"], rows)):
            compare(f"transaction {t}", rules, row, choices, fits(set(baskets[t])))
        # The same as a column an item: true or false, 1 or 0, a category.
        columns = data_field("a", "categorical", "boolean") + data_field("b", "continuous", "integer") + data_field("k", "categorical", "string")
        items = '<Item id="0" value="a"/><Item id="1" value="b"/>' + "".join(
            f'<Item id="{i}" value="{value}"{more}/>' for i, value, more in [(2, "k=c", ""), (3, "anything", ' field="k" category="d"'), (4, "k=e", ""), (5, "k=f", "")])
        wide = association(rules, sets, "".join(f'<MiningField name="{n}"/>' for n in "abk"), shown_of(choices), items)
        rows = [(random.choice([True, False, None]), random.choice([0, 1, None]), random.choice([*"cdefg", None])) for _ in range(25)]
        for cells, row in zip(rows, scores(document(columns, wide), list("abk"), rows)):
            basket = {x for x, there in (("a", cells[0] is True), ("b", cells[1] == 1), (cells[2], cells[2])) if there}
            compare(f"row {cells}", rules, row, choices, fits(basket))


# ---- sequences: sets in transactions one after the other

LIMITS = ["TotalSequenceTime", "ItemsetSeparationTime", "AntConsSeparationTime"]


def found(steps, split, transactions, limits):
    """Whether some choice of transactions, one a step, has all sets where the delimiters and times allow."""
    def within(name, time):
        return limits.get("minimum" + name, time) <= time <= limits.get("maximum" + name, time)
    def follow(step, first, last):
        if step == len(steps):   # of an antecedent alone: what follows takes time, too
            time = transactions[last][0] - transactions[first][0]
            return within(LIMITS[0], time) if split else time <= limits.get("maximum" + LIMITS[0], time)
        for at in range(len(transactions)):
            if not steps[step][0] <= transactions[at][1]:
                continue
            if step == 0:
                if follow(1, at, at):
                    return True
                continue
            delimiter, gap = steps[step][1:]
            if not (at == last if delimiter == "sameTimeWindow" else at == last + 1 if gap == "false" else at > last):
                continue
            time = transactions[at][0] - transactions[last][0]
            if at != last and not within(LIMITS[1], time) or step == split and not within(LIMITS[2], time):
                continue
            if follow(step + 1, first, at):
                return True
        return False
    return follow(0, 0, 0)


def sequences():
    random.seed(22)
    for trial in range(4):
        sets = [set(random.sample(ITEMS, random.choice([1, 1, 2]))) for _ in range(6)]
        delimiter = lambda: (random.choice(["sameTimeWindow", "acrossTimeWindows", "acrossTimeWindows"]), random.choice(["true", "false", "unknown"]))
        steps = [[(random.randrange(len(sets)), *delimiter()) for _ in range(random.choice([1, 1, 2, 3]))] for _ in range(6)]
        rules = random_rules(range(len(steps)), 10)
        limits = {}
        for limit in LIMITS:
            if random.random() < 0.4:
                low = random.randint(0, 2)
                limits.update({"minimum" + limit: low, "maximum" + limit: low + random.randint(0, 5)})
        text = f"<Constraints{attributes(limits)}/>" + "".join(f'<Item id="{i}" value="{x}"/>' for i, x in enumerate(ITEMS))
        for i, s in enumerate(sets):
            text += (f'<SetPredicate id="s{i}" field="item" operator="supersetOf"><Array type="string">{" ".join(s)}</Array></SetPredicate>' if i % 2 else
                     f'<Itemset id="s{i}">' + "".join(f'<ItemRef itemRef="{ITEMS.index(x)}"/>' for x in s) + "</Itemset>")
        between = lambda kind, gap: f'<Delimiter delimiter="{kind}" gap="{gap}"/>'
        for i, sequence in enumerate(steps):
            text += f'<Sequence id="q{i}">' + "".join((between(*step[1:]) if k else "") + f'<SetReference setId="s{step[0]}"/>' for k, step in enumerate(sequence)) + "</Sequence>"
        for rule in rules:
            own = {} if rule["id"] is None else {"id": rule["id"]}
            rule["measures"] = {m: v for m, v in rule["measures"].items() if m in MEASURES[:3]}
            rule["between"] = delimiter()
            sides = [f'<{side}Sequence><SequenceReference seqId="q{q}"/></{side}Sequence>' for side, q in zip(["Antecedent", "Consequent"], rule["sides"])]
            text += f'<SequenceRule{attributes({**own, **rule["measures"]})}>{sides[0]}{between(*rule["between"])}{sides[1]}</SequenceRule>'
        choices = random.sample(CHOICES, 6)
        timed = trial % 3 > 0
        order = '<MiningField name="time" usageType="order"/>' if timed else ""
        model = (f'<SequenceModel functionName="sequences"><MiningSchema>{GROUP}{order}<MiningField name="item"/></MiningSchema>'
                 f'{output(*shown_of(choices))}{text}</SequenceModel>')
        fields = data_field("t", "categorical", "integer") + data_field("item", "categorical", "string") + data_field("time", "continuous", "double")
        rows = [(random.randrange(12), random.choice([*ITEMS, "x", None]), random.choice([0, 1, 2, 3.5, 5, 8])) for _ in range(90)]
        for t, row in zip(dict.fromkeys(t for t, *_ in rows), scores(document(fields, model), ["t", "item", "time"], rows)):
            times = {}
            for at, (item, time) in enumerate((i, w) for own, i, w in rows if own == t):
                if timed or item:
                    times.setdefault(time if timed else at, set()).add(item)
            transactions = sorted(times.items())
            def fits(rule):
                first, second = ([(sets[s], *d) for s, *d in steps[q]] for q in rule["sides"])
                joined = first + [(second[0][0], *rule["between"])] + second[1:]
                return found(first, None, transactions, limits), found(joined, len(first), transactions, limits)
            compare(f"sequence {trial} of {t}", rules, row, choices, fits)


conclude(associations, sequences)
