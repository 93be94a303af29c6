"""Scores worked out by hand: instrument -> rows of (answers by item, expected score or reason by scale).

The arithmetic stands beside each row. A string instead of a number is the reason why no score is given. Items that a
row does not name are blank; a key "a b c" gives the same answer to several items.
"""

FEW, NONE, NOT_ASKED, UNDEFINED, UNKNOWN = (
    "too_few_answers", "no_answer", "not_asked", "undefined", "direction_unknown",
)  # fmt: skip


def seq(prefix: str, values: str | list[object], start: int = 1) -> dict[str, object]:
    """Return answers to numbered items."""
    answers = values.split() if isinstance(values, str) else values
    return {f"{prefix}{start + n}": value for n, value in enumerate(answers) if value != "."}


def each(codes: str, value: object) -> dict[str, object]:
    """Return the same answer to several items."""
    return dict.fromkeys(codes.split(), value)


BSCS, WSC, PHQ, GAD, RSE = "BSCS", "WSC", "PHQ", "GAD", "RSE"
PG_NONE = seq("v", "4 4 4 4 4 4 4 4 4 4")

CASES: dict[str, list[tuple[dict[str, object], dict[str, float | str]]]] = {
    "ucla3": [
        (seq("LON", "1 2 3"), {"loneliness": 6}),
        (seq("LON", "3 3 3"), {"loneliness": 9}),
        (seq("LON", "1 1 1"), {"loneliness": 3}),
        (seq("LON", "1 1 ."), {"loneliness": FEW}),
        ({}, {"loneliness": NONE}),
    ],
    "ons4": [
        # anxiety is shown as answered, high is more anxious
        ({"SATIS": 7, "WORTH": 8, "HAPPY": 9, "ANXIOUS": 2},
         {"satisfaction": 7, "worthwhile": 8, "happiness": 9, "anxiety": 2}),
        ({"SATIS": 0, "WORTH": 10, "HAPPY": 0, "ANXIOUS": 10},
         {"satisfaction": 0, "worthwhile": 10, "happiness": 0, "anxiety": 10}),
        ({"SATIS": 5, "WORTH": 5, "HAPPY": 5}, {"anxiety": NONE, "happiness": 5}),
    ],
    "bscs": [
        # 5+4+3+2+1+5+4+3 = 27, 27/8
        (seq(BSCS, "5 4 3 2 1 5 4 3"),
         {"total": 27 / 8, "needs": 4.5, "membership": 2.5, "influence": 3, "connection": 3.5}),
        (seq(BSCS, "5 5 5 5"), {"total": 5, "influence": NONE}),
        (seq(BSCS, "5 5 5"), {"total": FEW, "membership": 5}),
        (seq(BSCS, "1 1 1 1 1 1 1 1"), {"total": 1}),
    ],
    "collective_efficacy_phdcn": [
        # SC3 and SC4 turned: 4+4+(6-2)+(6-2)+5 = 21; 5+4+3+2+1 = 15
        ({**seq("SC", "4 4 2 2 5"), **seq("IC", "5 4 3 2 1")},
         {"collective_efficacy": 36, "cohesion_trust": 4.2, "informal_control": 3}),
        ({**seq("SC", "5 5 1 1 5"), **seq("IC", "5 5 5 5 5")}, {"collective_efficacy": 50, "cohesion_trust": 5}),
        ({**seq("SC", "1 1 5 5 1"), **seq("IC", "1 1 1 1 1")}, {"collective_efficacy": 10, "cohesion_trust": 1}),
        ({**seq("SC", "4 4 2 2 5"), **seq("IC", "5 4 3 2 98")}, {"collective_efficacy": FEW, "informal_control": 3.5}),
    ],
    "wsc_kouvonen": [
        (seq(WSC, "1 2 3 4 5 4 3 2"),
         {"total": 3, "bonding": 4, "bridging": 3.5, "linking": 5 / 3, "structural": 2.8, "cognitive": 10 / 3}),
        (seq(WSC, "1 . 3 4 5 4 3 ."), {"total": 20 / 6, "linking": FEW, "bridging": 3.5}),
        (seq(WSC, "5 5 5 5 5 5 5 5"), {"total": 5, "linking": 5}),
    ],
    "gss_social_trust": [
        ({"trust": 1, "fair": 2, "helpful": 1}, {"social_trust": 3, "trusting_answers": 3}),
        ({"trust": 2, "fair": 1, "helpful": 2}, {"social_trust": 1, "trusting_answers": 0}),
        ({"trust": 3, "fair": 3, "helpful": 3}, {"social_trust": 2, "trusting_answers": 0}),
        # (3 + 2) / 2; `fair` was not put to this person
        ({"trust": 1, "fair": "NA(i)", "helpful": 3}, {"social_trust": 2.5, "trusting_answers": NOT_ASKED}),
        ({"trust": 1, "fair": "NA(d)", "helpful": "NA(d)"}, {"social_trust": FEW, "trusting_answers": FEW}),
    ],
    "ess_social_trust": [
        ({"ppltrst": 5, "pplfair": 6, "pplhlp": 7}, {"social_trust": 6}),
        ({"ppltrst": 77, "pplfair": 6, "pplhlp": 8}, {"social_trust": 7}),
        ({"ppltrst": 88, "pplfair": 99, "pplhlp": 5}, {"social_trust": FEW}),
        ({"ppltrst": 10, "pplfair": 10, "pplhlp": 10}, {"social_trust": 10}),
    ],
    "ess_political_trust": [
        ({"trstprl": 4, "trstlgl": 8, "trstplc": 6, "trstplt": 2, "trstprt": 3, "trstep": 5, "trstun": 7},
         {"representative": 3, "implementing": 7, "international": 6}),
        ({"trstprl": 4, "trstplt": 2, "trstprt": 88, "trstlgl": 0, "trstplc": 99},
         {"representative": 3, "implementing": 0, "international": NONE}),
    ],
    "sascat": [
        # 1 + 1 + 0 + (1 - 0); two groups, the eighth does not count; 88 is not a member, worth 0
        ({**seq("C", "1 1 0 0"), **seq("S1_", "1 1 0 0 0 0 0 1"), **seq("S2_", "1 0 88 88 88 88 88"),
          **seq("S3_", "1 1 0 0 0 0 1 0 0"), "S4": 1, "S5": 0},
         {"cognitive": 3, "group_membership": 2, "support_groups": 1, "support_individuals": 3, "support": 4,
          "citizenship": 1}),
        ({**seq("C", "1 1 1 0"), "S4": 1, "S5": 1}, {"cognitive": 4, "citizenship": 2, "group_membership": NONE}),
        ({**seq("C", "0 0 0 1"), "S4": 0, "S5": 0}, {"cognitive": 0, "citizenship": 0}),
        ({**seq("C", "1 99 1 0"), "S4": 1}, {"cognitive": FEW, "citizenship": FEW}),
    ],
    "cscq": [
        # bo: 4+4+5+(6-2)+3 = 20; ts: 3+3+4+(6-5) = 11; mirrored 3+3+4 = 10
        ({**seq("bo", "4 4 5 2 3"), **seq("ts", "3 3 4 5"), **seq("mt", "1 2 3")},
         {"bo": 4, "ts": 2.75, "ts_mirrored": 10 / 3, "mt": 2}),
        ({**seq("bo", "97 4 98 . 4"), **seq("po", "5 5 1 5")}, {"bo": FEW, "po": 5, "li": NONE}),
        (seq("bo", "1 1 1 5 1"), {"bo": 1}),
    ],
    "djg6": [
        # emotional: yes 1, more or less 1, no 0; social: yes 0, more or less 1, no 1
        ({"lone3": 3, "lone9": 2, "lone10": 1, "lone4": 3, "lone7": 2, "lone8": 1},
         {"loneliness": 4, "emotional": 2, "social": 2}),
        ({**each("lone3 lone9 lone10", 3), **each("lone4 lone7 lone8", 1)},
         {"loneliness": 6, "emotional": 3, "social": 3}),
        ({**each("lone3 lone9 lone10", 1), **each("lone4 lone7 lone8", 3)},
         {"loneliness": 0, "emotional": 0, "social": 0}),
        ({"lone3": 3, "lone9": 2, "lone10": 1, "lone4": 3, "lone7": 2},
         {"loneliness": 3, "emotional": 2, "social": FEW}),
        ({"lone3": 3, "lone9": 2, "lone10": 1, "lone4": 3}, {"loneliness": FEW, "emotional": 2}),
    ],
    "who5": [
        (seq("WHO5_", "3 3 2 4 5"), {"wellbeing": 68}),  # 17 x 4
        (seq("WHO5_", "0 0 0 0 0"), {"wellbeing": 0}),
        (seq("WHO5_", "5 5 5 5 5"), {"wellbeing": 100}),
        (seq("WHO5_", "5 5 5 5 ."), {"wellbeing": FEW}),
    ],
    "wemwbs": [
        (seq("W", ["3"] * 14), {"wellbeing": 42}),
        (seq("W", ["1"] * 14), {"wellbeing": 14}),
        (seq("W", ["5"] * 14), {"wellbeing": 70}),
        (seq("W", ["5"] * 13), {"wellbeing": FEW}),
    ],
    "swemwbs": [
        (each("W1 W2 W3 W6 W7 W9 W11", 3), {"wellbeing": 19.25, "raw_sum": 21}),
        (each("W1 W2 W3 W6 W7 W9 W11", 1), {"wellbeing": 7.0, "raw_sum": 7}),
        (each("W1 W2 W3 W6 W7 W9 W11", 5), {"wellbeing": 35.0, "raw_sum": 35}),
        ({**each("W1 W2 W3", 4), **each("W6 W7 W9 W11", 3)}, {"wellbeing": 21.54, "raw_sum": 24}),
        (each("W1 W2 W3 W6 W7 W9", 5), {"wellbeing": FEW}),
    ],
    "phq9": [
        (seq(PHQ, "0 1 2 3 0 1 2 3 0"), {"depression": 12, "phq2": 1}),
        (seq(PHQ, ["3"] * 9), {"depression": 27, "phq2": 6}),
        (seq(PHQ, ["0"] * 9), {"depression": 0, "phq2": 0}),
        (seq(PHQ, ["3"] * 8), {"depression": FEW, "phq2": 6}),
    ],
    "phq8": [
        (seq(PHQ, "1 1 1 1 1 1 1 1"), {"depression": 8}),
        (seq(PHQ, ["3"] * 8), {"depression": 24}),
        (seq(PHQ, ["3"] * 7), {"depression": FEW}),
    ],
    "gad7": [
        (seq(GAD, "3 3 2 2 1 1 0"), {"anxiety": 12, "gad2": 6}),
        (seq(GAD, ["3"] * 7), {"anxiety": 21}),
        (seq(GAD, "3 . 2 2 1 1 0"), {"anxiety": FEW, "gad2": FEW}),
    ],
    "phq4": [
        ({"GAD1": 1, "GAD2": 2, "PHQ1": 3, "PHQ2": 0}, {"distress": 6, "anxiety": 3, "depression": 3}),
        (each("GAD1 GAD2 PHQ1 PHQ2", 3), {"distress": 12}),
        ({"GAD1": 1, "GAD2": 2, "PHQ1": 3}, {"distress": FEW, "anxiety": 3, "depression": FEW}),
    ],
    "k6": [
        ({"ANERVOUS": 0, "AHOPELESS": 1, "ARESTLESS": 2, "ASAD": 3, "AEFFORT": 4, "AWORTHLESS": 4}, {"distress": 14}),
        (each("ANERVOUS AHOPELESS ARESTLESS ASAD AEFFORT AWORTHLESS", 4), {"distress": 24}),
        (each("ANERVOUS AHOPELESS ARESTLESS ASAD AEFFORT", 4), {"distress": FEW}),
    ],
    "swls": [
        (seq("SWLS", "7 6 5 4 3"), {"life_satisfaction": 25}),
        (seq("SWLS", "1 1 1 1 1"), {"life_satisfaction": 5}),
        (seq("SWLS", "7 7 7 7 7"), {"life_satisfaction": 35}),
    ],
    "rse": [
        # all agree (2): five positive items 10, five negative ones turned 3-2 = 1 each, 5
        (seq(RSE, ["2"] * 10), {"self_esteem": 15}),
        ({**each("RSE1 RSE3 RSE4 RSE7 RSE10", 3), **each("RSE2 RSE5 RSE6 RSE8 RSE9", 0)}, {"self_esteem": 30}),
        ({**each("RSE1 RSE3 RSE4 RSE7 RSE10", 0), **each("RSE2 RSE5 RSE6 RSE8 RSE9", 3)}, {"self_esteem": 0}),
        (seq(RSE, ["2"] * 9), {"self_esteem": FEW}),
    ],
    "gse": [
        (seq("GSE", ["3"] * 10), {"self_efficacy": 30}),
        (seq("GSE", ["1"] * 10), {"self_efficacy": 10}),
        (seq("GSE", ["4"] * 9), {"self_efficacy": FEW}),
    ],
    "srh": [
        ({"health": 2, "health_gss": 1}, {"good_health": 1, "health": 4, "health_gss": 4}),
        ({"health": 4, "health_gss": 4}, {"good_health": 0, "health": 2, "health_gss": 1}),
        ({"health": 8}, {"good_health": NONE, "health": NONE}),
    ],
    "kusiv3": [
        (seq("KUSIV3_", "4 2 5"), {"trust": 13 / 3}),  # 4 + (6-2) + 5
        (seq("KUSIV3_", "5 1 5"), {"trust": 5}),
        (seq("KUSIV3_", "1 5 1"), {"trust": 1}),
        (seq("KUSIV3_", "4 2 ."), {"trust": FEW}),
    ],
    "gts_yamagishi_1994": [
        (seq("GTS", "5 4 4 3 4 4"), {"general_trust": 4}),
        (seq("GTS", "5 4 3"), {"general_trust": 4}),
        (seq("GTS", "5 4"), {"general_trust": FEW}),
    ],
    "yamagishi_general_social_trust_1988": [
        (seq("GST", ["5"] * 8), {"distrust": 40}),  # as answered: the least trusting
        (seq("GST", ["1"] * 8), {"distrust": 8}),
        (seq("GST", "1 2 3 4 5 1 2 3"), {"distrust": 21}),
    ],
    "hcsds_revised_2008": [
        ({**each("HCSDS_C1 HCSDS_C2 HCSDS_C4 HCSDS_V3", 5), **each("HCSDS_C3 HCSDS_V1 HCSDS_V2 HCSDS_V4 HCSDS_V5", 1)},
         {"distrust": 9, "competence": 4, "values": 5}),
        ({**each("HCSDS_C1 HCSDS_C2 HCSDS_C4 HCSDS_V3", 1), **each("HCSDS_C3 HCSDS_V1 HCSDS_V2 HCSDS_V4 HCSDS_V5", 5)},
         {"distrust": 45, "competence": 20, "values": 25}),
        # (6-4)+(6-4)+2+(6-4) = 8; (6-2)+3+3+3+3 = 16
        ({**each("HCSDS_C1 HCSDS_C2 HCSDS_C4", 4), "HCSDS_C3": 2, "HCSDS_V3": 2,
          **each("HCSDS_V1 HCSDS_V2 HCSDS_V4 HCSDS_V5", 3)},
         {"distrust": 24, "competence": 8, "values": 16}),
    ],
    "wvs_generalised_trust": [
        ({"Q57": 1}, {"trusting": 1}),
        ({"Q57": 2}, {"trusting": 0}),
        ({"Q57": -1}, {"trusting": NONE}),
    ],
    "wvs_trust_radius": [
        ({"Q58": 1, "Q59": 2, "Q60": 3, "Q61": 4, "Q62": 4, "Q63": 4}, {"in_group": 2 / 3, "out_group": 0}),
        ({"Q58": 1, "Q59": 1, "Q60": 1, "Q61": 1, "Q62": -2, "Q63": 2}, {"in_group": 1, "out_group": 5 / 6}),
        ({"Q58": 4, "Q59": -1, "Q60": -5}, {"in_group": FEW, "out_group": NONE}),
    ],
    "wvs_confidence": [
        (each("Q69 Q70 Q71 Q72 Q73 Q74", 1), {"state": 4}),
        ({"Q69": 1, "Q70": 2, "Q71": 3, "Q72": 4, "Q73": -1, "Q74": -2}, {"state": 2.5}),
        ({"Q69": 1, "Q70": 2}, {"state": FEW}),
    ],
    "gss_confidence_institutions": [
        # 4 - x: 3+2+1+3+2+1+3 = 15 over seven answers
        ({"confinan": 1, "conbus": 2, "conclerg": 3, "coneduc": 1, "confed": 2, "conlabor": 3, "conpress": 1},
         {"confidence": 15 / 7}),
        ({"confinan": 1, "conbus": 2}, {"confidence": FEW}),
    ],
    "nci_ukhls8": [
        ({f"scopngbh{c}": 1 for c in "abcdefgh"}, {"cohesion": 5}),
        # 6 - x: 4 4 3 3 4 5 4 4 = 31
        (dict(zip([f"scopngbh{c}" for c in "abcdefgh"], [2, 2, 3, 3, 2, 1, 2, 2], strict=True)), {"cohesion": 31 / 8}),
        # without c: 28 over seven
        (dict(zip([f"scopngbh{c}" for c in "abdefgh"], [2, 2, 3, 2, 1, 2, 2], strict=True)), {"cohesion": 4}),
        ({f"scopngbh{c}": 1 for c in "abcdegh"}, {"cohesion": FEW}),  # attraction has one item, and it is missing
        ({f"scopngbh{c}": 1 for c in "abefgh"}, {"cohesion": FEW}),  # two of three neighbouring items missing
        ({f"scopngbh{c}": 1 for c in "cdhfa"}, {"cohesion": FEW}),  # three of four sense-of-community items missing
    ],
    "nci_buckner18": [
        ({**seq("NCI", ["4"] * 18), "NCI5": 2, "NCI15": 2}, {"cohesion": 4, "attraction": 4}),
        (seq("NCI", ["5"] * 18), {"cohesion": 82 / 18}),  # 16 x 5 + 2 x 1
        (seq("NCI", ["5"] * 8), {"cohesion": FEW}),
    ],
    "ftf_social_capital_index": [
        ({"V361A": 1, "V361B": 1, "V361C": 1, "V361D": 2, "V361E": 1, "V361F": 1, "V361G": 2, "V362": 1},
         {"bonding": 2, "bridging": 0, "social_capital": 1, "local_government": 1}),
        ({f"V361{c}": 1 for c in "ABCDEFGH"}, {"bonding": 2, "bridging": 2, "social_capital": 2}),
        ({"V361A": 1, "V361B": 3, "V361E": 2, "V361C": 1, "V361D": 1, "V361G": 2, "V362": 3},
         {"bonding": 0, "bridging": 1, "social_capital": 0.5, "local_government": NONE}),
        ({}, {"bonding": NONE, "social_capital": NONE}),
    ],
    "ftf_kenya_linking4": [
        ({"R1321": 1, "R1323": 1, "R1324": 2, "R1326": 2}, {"linking": 2}),
        ({"R1321": 1, "R1326": 1}, {"linking": 2}),
        ({"R1321": 2, "R1324": 2}, {"linking": 0}),
    ],
    "position_generator_issp2017": [
        # driver 36 through family, cleaner 17 through a friend, lawyer 85 through someone else
        ({**PG_NONE, "v1": 1, "v3": 2, "v6": 3},
         {"extensity": 3, "upper_reachability": 85, "lower_reachability": 17, "range": 68, "mean_prestige": 46,
          "accumulated_prestige": 138, "family_ties": 1, "friend_ties": 1, "acquaintance_ties": 1}),
        (PG_NONE, {"extensity": 0, "upper_reachability": UNDEFINED, "range": UNDEFINED, "mean_prestige": UNDEFINED,
                   "accumulated_prestige": 0}),
        ({**PG_NONE, "v8": 2}, {"extensity": 1, "upper_reachability": 42, "range": 0, "mean_prestige": 42}),
        ({**PG_NONE, "v1": 8}, {"extensity": FEW, "upper_reachability": FEW}),
    ],
    "citizenship_survey_linking": [
        ({"paffloc": 1, "ptparl": 2, "strust": 4},
         {"local_influence": 3, "trust_parliament": 2, "neighbourhood_trust": 0}),
    ],
    "community_life_survey": [
        ({"PAffLoc": 2, "STrust": 1, "CivParta": 1, "CivPartb": 0, "CivPartc": 0, "CivConsa": 0, "CivConsb": 0},
         {"influences_decisions": 1, "influence_level": 2, "many_trusted": 1, "neighbourhood_trust": 3,
          "civic_participation": 1, "civic_consultation": 0}),
        ({"PAffLoc": 3, "STrust": 2}, {"influences_decisions": 0, "influence_level": 1, "many_trusted": 0}),
    ],
    "r_outcomes_neighbour4": [
        (seq("N", "3 2 1 0"), {"total": 6}),
        (seq("N", "3 3 3 3"), {"total": 12}),
        (seq("N", "3 3 3 ."), {"total": FEW}),
    ],
    "iscs": [
        ({**seq("BO", ["3"] * 10), **seq("BR", ["5"] * 10)}, {"bonding": 30, "bridging": 50}),
        ({**seq("BO", ["5"] * 10), "BO3": 1, "BO9": 1}, {"bonding": 50, "bridging": NONE}),
        ({**seq("BO", ["1"] * 10), "BO3": 5, "BO9": 5}, {"bonding": 10}),
    ],
    "ess_political_efficacy_r1": [
        ({"polcmpl": 5, "polactiv": 3, "poldcs": 2, "pltcare": 4, "pltinvt": 2}, {"internal": 2, "external": 3}),
        ({"polcmpl": 1, "polactiv": 5, "poldcs": 8}, {"internal": 5, "external": NONE}),
    ],
    "ukhls_political_efficacy": [
        ({"poleff1": 1, "poleff2": 2, "poleff3": 4, "poleff4": 5, "perpolinf": 11},
         {"internal_efficacy": 4.5, "external_efficacy": 4.5, "perceived_influence": NONE}),
        ({"poleff1": 5, "poleff2": -9, "poleff3": 1, "poleff4": 1, "perpolinf": 10},
         {"internal_efficacy": 1, "external_efficacy": 1, "perceived_influence": 10}),
    ],
    "ess_police_r5": [
        ({"plcrspc": 4, "plcfrdc": 3, "plcexdc": 5, "plcrgwr": 1, "plcipvl": 2, "gsupplc": 3},
         {"procedural_fairness": 3.5, "moral_alignment": 4, "effectiveness": NONE}),
    ],
    "looman_scs_arabic14": [
        ({**seq("AR", ["5"] * 14), **each("AR5 AR6 AR7", 1)}, {"total": 70, "belonging": 5}),
        ({**seq("AR", ["1"] * 14), **each("AR5 AR6 AR7", 5)}, {"total": 14}),
    ],
    "lscat_mh": [
        ({**each("L1 L2", 5), **each("L3 L4 L5 L6 L7 L8 L9", 1)}, {"cohesion": 5, "contribution": UNKNOWN}),
        ({"L1": 6, **each("L3 L4 L5 L6", 2)}, {"cohesion": FEW}),
        ({"L1": 6, **each("L3 L4 L5 L6 L7", 2)}, {"cohesion": 4}),
    ],
    "school_sc9_vertical": [
        ({"H1": 1, "H2": 2, "H3": 3, "V1": 5, "V2": 5, "V3": 5}, {"horizontal": 4, "vertical": 1, "belonging": NONE}),
    ],
    "arnstein_ladder": [({"rung": 6}, {"rung": 6}), ({"rung": 1}, {"rung": 1})],
    "gpps_confidence_trust": [
        ({"gpps_conf_trust": 2}, {"confident": 1, "definitely": 0}),
        ({"gpps_conf_trust": 3}, {"confident": 0, "definitely": 0}),
        ({"gpps_conf_trust": 4}, {"confident": NONE, "definitely": NONE}),
    ],
}  # fmt: skip
