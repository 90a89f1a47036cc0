// The words that labels need: a board's own English file must have them all, as
// there is nothing behind it.

package label

import "strings"

// wordKeys are the keys of labels/i18n/en.yaml.
var wordKeys = strings.Fields(`
alt_ci alt_clause alt_colon alt_comma alt_measured alt_per_image alt_per_request alt_per_video alt_published alt_rated
alt_retrieved alt_stop badge_draft badge_flagged badge_left badge_not_rated badge_superseded badge_withdrawn
boundary_energy_gpu boundary_energy_gpu+cpu+dram boundary_energy_module boundary_energy_unknown boundary_energy_wall
boundary_gpu boundary_gpu+cpu+dram boundary_module boundary_short_gpu boundary_short_gpu+cpu+dram
boundary_short_module boundary_short_unknown boundary_short_wall boundary_wall ci ci_runs ci_short custom declared
fact_boundary fact_class fact_date fact_hardware fact_measured fact_point fact_precision fact_published fact_retrieved
fact_software fact_task hardware hash hosted legend load_batch load_burst load_closed load_open no_boundary no_ci
no_date no_energy no_hardware no_value not_rated not_rated_short not_stated note per_image per_request per_short_image
per_short_request per_short_video per_tiny_image per_tiny_request per_tiny_video per_video range rating
reason_metric-invalid reason_metric-missing reason_no-scale reason_zero-span recomputed relative relative_short
reported scale_draft scale_fixed scale_id_live scale_id_rel scale_live scale_superseded sheet_calibrate sheet_cut
sheet_cut_one sheet_page sheet_page_open sheet_print sheet_ruler short_cohort-small short_guard short_key_boundary
short_key_class short_key_count short_key_hardware short_key_kind short_key_origin short_key_point short_key_precision
short_key_task short_key_weights short_metric-invalid short_metric-missing short_no-scale short_uncertain
short_zero-span status_draft status_draft_result status_flagged status_short_draft status_short_flagged
status_short_superseded status_superseded subtitle value value_estimated value_withdrawn verify verify_short withdrawn
`)
